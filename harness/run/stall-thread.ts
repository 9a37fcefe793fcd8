// The thread that watches the beat of the main thread, and ends the code of a test that keeps the main thread busy.
import { writeSync } from 'node:fs'
import { Session, type Debugger, type Runtime } from 'node:inspector'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { isOfHarness, projectRoot } from '../base/paths.ts'
import { visibleText } from '../base/visible-text.ts'
import { beatFields, contextKey, type Course, type Stall, type Watch } from './stall-messages.ts'
import { terminalWatch } from './waits-for-terminal.ts'

const { beat, limits }: Watch = workerData
const tickMilliseconds = 250
/** Code that calls back again and again is ended so many times; then the process ends. */
const mostStalls = 3
/** The thread may be between two pieces of code when it is paused. */
const mostSteps = 50

const running = new Set<string>()
const stalls = new Map<string, number>()
let lastBeat = -1
let lastTick = performance.now()
let stood = 0
/** The next try to end what keeps the main thread busy. */
let nextTry = limits.soft
/** gmemtest itself keeps the main thread busy: that comes to its end. */
let isOwn = false
let isAsking = false
const waitsForTerminal = terminalWatch()

parentPort?.on('message', ({ test, isRunning }: Course) => {
  if (isRunning) running.add(test)
  else running.delete(test)
})

setInterval(() => {
  const now = performance.now()
  const count = Atomics.load(beat, beatFields.count)
  // When the process or this computer was stopped, this thread stood still as well.
  if (!waitsForTerminal()) stood += Math.min(now - lastTick, 2 * tickMilliseconds)
  lastTick = now
  if (count !== lastBeat || Atomics.load(beat, beatFields.hasDebugger) === 1) {
    lastBeat = count
    stood = 0
    nextTry = limits.soft
    isOwn = false
    return
  }
  if (stood >= nextTry && !isAsking) {
    nextTry += limits.soft
    interrupt(count)
  }
  if (stood >= limits.hard && running.size > 0 && !isOwn) endProcess([...running])
}, tickMilliseconds)

/** Pauses the main thread, and ends its code if that belongs to a test. */
function interrupt(count: number): void {
  const session = new Session()
  const files = new Map<string, string>()
  let steps = 0
  const leave = (): void => {
    session.post('Debugger.resume')
    session.post('Debugger.disable', () => {
      session.disconnect()
      isAsking = false
    })
  }
  const onTest = (test: string, frames: readonly Debugger.CallFrame[]): void => {
    report(test, placeIn(frames, files))
    const outermost = frames.at(-1)?.callFrameId ?? ''
    session.post('Debugger.evaluateOnCallFrame', { callFrameId: outermost, expression: endCallbacks, silent: true })
    session.post('Runtime.terminateExecution')
    leave()
  }
  isAsking = true
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => files.set(scriptId, url))
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    const [top] = callFrames
    if (top === undefined || Atomics.load(beat, beatFields.count) !== count) return leave()
    const question = { callFrameId: top.callFrameId, expression: currentTest, returnByValue: true }
    const onAnswer = (_error: Error | null, answer?: Debugger.EvaluateOnCallFrameReturnType): void => {
      const test = textIn(answer?.result)
      steps += 1
      // Within Node and hooks of packages, the books about callbacks may not be in order.
      if (test !== undefined && isOurs(files.get(top.location.scriptId))) onTest(test, callFrames)
      else if (steps < mostSteps) session.post('Debugger.stepInto')
      else {
        isOwn = test === undefined
        leave()
      }
    }
    session.post('Debugger.evaluateOnCallFrame', question, onAnswer)
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

const context = `globalThis[${JSON.stringify(contextKey)}]`
const currentTest = `${context}?.test()`
/**
 * Before and after a callback, Node calls emitBefore and emitAfter, and aborts the process when the second call is missing.
 * Code that is ended does not come to it. The frame of Node that runs timers, ticks and promises has both functions.
 */
const endCallbacks = `if (typeof emitAfter === 'function') {
  for (let id = ${context}.executionAsyncId(); id !== 0; id = ${context}.executionAsyncId()) emitAfter(id)
}`

const ownUrl = pathToFileURL(projectRoot).href

/** Tells whether code belongs to a test or to gmemtest, which itself may be installed below node_modules. */
function isOurs(url: string = ''): boolean {
  return url.startsWith('file:') && !url.replace(ownUrl, '').includes('/node_modules/')
}

function textIn(result: Runtime.RemoteObject | undefined): string | undefined {
  return typeof result?.value === 'string' ? result.value : undefined
}

function report(test: string, place: string | undefined): void {
  const seconds = Math.round(stood / 1000)
  const stall: Stall = { test, seconds, ...(place === undefined ? {} : { place }) }
  const count = (stalls.get(test) ?? 0) + 1
  stalls.set(test, count)
  if (count > mostStalls) endProcess([test])
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(stall)
}

/** Returns the innermost place in a test. */
function placeIn(frames: readonly Debugger.CallFrame[], files: ReadonlyMap<string, string>): string | undefined {
  for (const { location } of frames) {
    const url = files.get(location.scriptId)
    const file = url !== undefined && isOurs(url) ? fileURLToPath(url) : undefined
    if (file !== undefined && !isOfHarness(file)) return `${file}:${location.lineNumber + 1}`
  }
  return undefined
}

/** Ends the process where only that helps. QEMU ends with it, and the results so far are complete. */
function endProcess(tests: readonly string[]): never {
  const what = visibleText(tests.join(' or '))
  writeSync(2, `\ngmemtest: ended, because ${what} kept the thread busy for ${Math.round(stood / 1000)} s\n`)
  process.kill(process.pid, 'SIGKILL')
  throw new Error('this process is ending')
}
