// A test that keeps the only thread busy is ended from outside, and tests beside it go on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test, type Test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'

const module = JSON.stringify(inProject('harness/run/stall-watch.ts'))
const limits = '{ soft: 600, hard: 2000 }'

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program that has `watched`, `limits` and `say` in a process of its own; its last lines are in line 11 and up. */
async function ran(
  t: Test,
  lines: readonly string[],
  onStart?: (pid: number) => void,
  args: readonly string[] = [],
): Promise<Ended> {
  const head = [
    `import { watched, TestStalled } from ${module}`,
    `import { execSync } from 'node:child_process'`,
    `import { setTimeout as delay } from 'node:timers/promises'`,
    `const limits = ${limits}`,
    `const say = (text: string) => process.stdout.write(text + '\\n')`,
    `const never = new Promise(() => {})`,
    `const saying = (work: Promise<unknown>) => work.then(() => say('done'), (error) => say(error.message))`,
    `const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)`,
    '',
    '',
  ]
  const directory = t.testdir({ 'program.ts': [...head, ...lines].join('\n') })
  const child = spawn(process.execPath, [...args, `${directory}/program.ts`], { stdio: ['ignore', 'pipe', 'pipe'] })
  onStart?.(child.pid ?? 0)
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)]
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout: await stdout, stderr: await stderr }
}

const loops = {
  'a loop': 'for (;;);',
  'a loop that catches everything': 'for (;;) { try { for (;;); } catch {} finally {} }',
  'a loop of promises': 'for (;;) await null',
  'a regular expression': `/^(a+)+$/.test('a'.repeat(60) + 'b')`,
  'a lock': 'block(100_000)',
  'a loop after a wait': 'await delay(50); for (;;);',
  'a loop in a tick': 'await new Promise(() => process.nextTick(() => { for (;;); }))',
  'a loop in a timer': 'await new Promise(() => setTimeout(() => { for (;;); }, 5))',
  'a loop in an immediate': 'await new Promise(() => setImmediate(() => { for (;;); }))',
} as const

void test('code of a test', { jobs: 3 }, async (parent) => {
  for (const [what, code] of Object.entries(loops)) {
    void parent.test(`${what} is ended, and a test beside it goes on`, async (t) => {
      const {
        stdout,
        stderr,
        code: exitCode,
      } = await ran(t, [
        // Something else of a run keeps the process alive.
        'setInterval(() => undefined, 1000)',
        `const other = watched('b', async () => { await delay(300); await delay(300); return 'fine' }, limits)`,
        `await saying(watched('a', async () => {`,
        `  ${code}`,
        `}, limits))`,
        `say(await other)`,
        `await saying(watched('c', () => delay(10)))`,
        // Node still counts the timer whose callback was ended.
        'process.exit()',
      ])
      t.match(stdout, /^kept the thread busy for \d+ s at \S+program\.ts:(?:14|8): .*\nfine\ndone\n$/, stderr)
      t.equal(stderr, '')
      t.equal(exitCode, 0)
    })
  }
})

void test('code is ended after another library has followed promises', async (t) => {
  const { signal, stdout, stderr } = await ran(t, [
    `const { createHook } = await import('node:async_hooks')`,
    // The watch follows resources from the first test on; then the package that writes reports comes and goes.
    `await watched('first', () => delay(10), limits)`,
    `createHook({ init: () => undefined, before: () => undefined }).enable().disable()`,
    `setInterval(() => undefined, 1000)`,
    `await saying(watched('a', async () => { for (;;); }))`,
    'await saying(watched("b", () => delay(10)))',
    'process.exit()',
  ])
  t.strictSame({ signal, stderr }, { signal: null, stderr: '' })
  t.match(stdout, /^kept the thread busy for \d+ s at .*\ndone\n$/)
})

void test('a call that cannot be ended ends the process, which says why', async (t) => {
  const { signal, stdout, stderr } = await ran(t, [
    `await saying(watched('sleeps\\u202e', async () => execSync('sleep 30'), limits))`,
  ])
  t.strictSame({ signal, stdout }, { signal: 'SIGKILL', stdout: '' })
  t.match(stderr, /^\ngmemtest: ended, because sleeps\\u\{202e\} kept the thread busy for \d s\n$/)
})

void test('code that comes back again and again ends the process', async (t) => {
  const { signal, stdout, stderr } = await ran(t, [
    `const again = () => { setTimeout(again, 5); for (;;); }`,
    `await saying(watched('a', async () => { again() }, limits))`,
    'await delay(60_000)',
  ])
  t.equal(signal, 'SIGKILL')
  t.match(stdout, /^kept the thread busy/)
  t.match(stderr, /ended, because a kept the thread busy/)
})

void test('work of gmemtest itself is never ended', async (t) => {
  const { stdout, stderr, code } = await ran(t, [
    `const other = watched('b', () => delay(100), limits)`,
    `const end = performance.now() + 3000`,
    `let count = 0`,
    `while (performance.now() < end) count += 1`,
    `await other`,
    `say('done')`,
  ])
  t.strictSame({ stdout, stderr, code }, { stdout: 'done\n', stderr: '', code: 0 })
})

void test('a process that was stopped has no stall', async (t) => {
  const { stdout, stderr } = await ran(t, [`await saying(watched('a', () => delay(4000), limits))`], (pid) => {
    setTimeout(() => process.kill(pid, 'SIGSTOP'), 1000)
    setTimeout(() => process.kill(pid, 'SIGCONT'), 4000)
  })
  t.strictSame({ stdout, stderr }, { stdout: 'done\n', stderr: '' })
})

void test('under a debugger nothing is ended', async (t) => {
  const { stdout } = await ran(t, [`await saying(watched('a', async () => block(3000), limits))`], undefined, [
    '--inspect=127.0.0.1:0',
  ])
  t.equal(stdout, 'done\n')
})
