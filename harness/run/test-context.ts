// Knows which test the running code belongs to, and which resources of a test are still open.
import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks'
import { contextKey } from './stall-messages.ts'

const current = new AsyncLocalStorage<string>()
Object.defineProperty(globalThis, contextKey, { value: { test: currentTest, executionAsyncId } })

interface Opened {
  readonly test: string
  readonly kind: string
  readonly resource: WeakRef<object>
}

const opened = new Map<number, Opened>()
const hook = createHook({
  init(id, type, _trigger, resource) {
    const test = current.getStore()
    const kind = kinds[type]
    if (test !== undefined && kind !== undefined) opened.set(id, { test, kind, resource: new WeakRef(resource) })
  },
  destroy: (id) => void opened.delete(id),
  // A test makes very many promises, and none of them keeps a process alive.
  trackPromises: false,
})

/** The resources that keep a process alive, by the names that Node gives them. */
const kinds: Readonly<Partial<Record<string, string>>> = {
  Timeout: 'a timer',
  TCPWRAP: 'a TCP connection',
  TCPSERVERWRAP: 'a TCP server',
  PIPEWRAP: 'a pipe or local socket',
  PIPESERVERWRAP: 'a local server',
  UDPWRAP: 'a UDP socket',
  PROCESSWRAP: 'a child process',
  WORKER: 'a worker thread',
  MESSAGEPORT: 'a message port',
  FSEVENTWRAP: 'a watch on files',
  STATWATCHER: 'a watch on files',
  SIGNALWRAP: 'a signal handler',
  TTYWRAP: 'a terminal',
}

/** Runs work as a part of a test. */
export function asTest<T>(test: string, work: () => T): T {
  return current.run(test, work)
}

/** Returns the test whose code is running, if it is the code of a test. */
export function currentTest(): string | undefined {
  return current.getStore()
}

/**
 * Notes the resources of tests from now on, and has Node not follow promises any more. That holds from the next turn of the
 * event loop on: Node would abort the process when code is ended within a promise that it follows.
 */
export function noteResources(): void {
  // Another hook may have had Node follow promises meanwhile: Node stops that only when no hook is left.
  hook.disable()
  hook.enable()
}

/** Lists what tests have left open that keeps this process alive: `a timer of NAME`, each once. */
export function leftOpen(): string[] {
  const left = [...opened.values()].filter(({ resource }) => keepsAlive(resource.deref()))
  return [...new Set(left.map(({ test, kind }) => `${kind} of ${test}`))]
}

function keepsAlive(resource: object | undefined): boolean {
  if (resource === undefined) return false
  return 'hasRef' in resource && typeof resource.hasRef === 'function' ? resource.hasRef() === true : true
}
