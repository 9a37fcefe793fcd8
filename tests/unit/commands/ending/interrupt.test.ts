// The first signal stops in order, the second one at once; a signal that comes twice in a moment counts once.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

/** Waits for a signal; its work continues unless it is `obedient`. With the name of a pipe, it opens that. */
const program = `
  const { listenForInterrupts } = await import(${JSON.stringify(inProject('harness/commands/ending/interrupt.ts'))})
  const interruption = listenForInterrupts()
  console.log('ready')
  if (process.argv[1].includes('/')) import('node:fs').then((fs) => fs.open(process.argv[1], 'r', () => undefined))
  const alive = setInterval(() => undefined, 1000)
  interruption.signal.addEventListener('abort', () => {
    console.log(interruption.signal.reason.message)
    if (process.argv[1] === 'obedient') {
      clearInterval(alive)
      process.exitCode = interruption.signal.reason.exitCode
    }
  })
`

async function started(mode: string): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, mode], {
    env: { ...process.env, NODE_V8_COVERAGE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  while (!text.includes('ready')) await delay(10)
  return { child, said: () => text }
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  void test(`${signal} asks for an end in order`, async (t) => {
    const { child, said } = await started('obedient')
    const closed = once(child, 'close')
    child.kill(signal)
    t.strictSame(await closed, [exitCode, null])
    t.equal(said(), `ready\ninterrupted by ${signal}\n`)
  })
}

void test('a second SIGINT ends everything at once, a doubled first one does not', async (t) => {
  const pipe = path.join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [pipe])
  // No process writes to the pipe: it behaves like a file system that does not answer.
  for (const mode of ['stubborn', pipe]) {
    const { child, said } = await started(mode)
    t.teardown(() => child.kill('SIGKILL'))
    const closed = once(child, 'close')
    // Two of the same kind that are pending at the same time would be one.
    child.kill('SIGINT')
    child.kill('SIGTERM')
    while (!said().includes('interrupted')) await delay(10)
    await delay(400)
    t.equal(child.exitCode, null, 'still there')
    child.kill('SIGINT')
    t.strictSame(await closed, [null, 'SIGINT'], 'which is 130 for a shell')
  }
})

void test('an end that takes longer says once how to end at once', async (t) => {
  const { child, said } = await started('stubborn')
  t.teardown(() => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  child.kill('SIGINT')
  while (!said().includes('at once')) await delay(10)
  child.kill('SIGINT')
  t.strictSame(await closed, [null, 'SIGINT'])
  const lines = [
    'ready',
    'interrupted by SIGINT',
    'gmemtest: ending; Ctrl-C again ends at once',
    'gmemtest: stopped at once',
  ]
  t.strictSame(said().trim().split('\n'), lines)
})
