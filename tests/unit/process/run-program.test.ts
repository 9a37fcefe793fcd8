// Child processes: results instead of exceptions, deadlines, and no orphan after any end of the harness.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'tap'
import { sleep } from '../../../harness/base/deadline.ts'
import { inProject } from '../../../harness/base/paths.ts'
import { run } from '../../../harness/process/run-program.ts'

const never = new AbortController().signal
const limits = { signal: never, timeout: 10_000 }

void test('a command that fails is a result', async (t) => {
  const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], limits)
  t.match(result, { exitCode: 3, stdout: 'out', stderr: 'err', timedOut: false, signal: undefined })
})

void test('the command can be pasted into a shell', async (t) => {
  const result = await run('echo', ['two words', '$HOME'], limits)
  t.match(result.command, /echo 'two words' '\$HOME'$/)
})

void test('input, environment, directory and log file reach the command', async (t) => {
  const directory = t.testdir({ log: 'before\n' })
  const logFile = path.join(directory, 'log')
  const script = 'pwd; cat; echo "$COLOUR"'
  const options = { ...limits, cwd: directory, env: { COLOUR: 'red' }, input: 'fed\n', logFile }
  const result = await run('sh', ['-c', script], options)
  t.equal(result.stdout, `${directory}\nfed\nred`)
  t.equal(await readFile(logFile, 'utf8'), `before\n${directory}\nfed\nred\n`)
})

void test('lines of both streams come as they are written', async (t) => {
  const lines: string[] = []
  await run('sh', ['-c', 'echo one; echo two >&2'], { ...limits, onLine: (line) => lines.push(line) })
  t.same(lines.toSorted(), ['one', 'two'])
})

void test('a command that takes too long is ended and says so', async (t) => {
  const result = await run('sleep', ['60'], { signal: never, timeout: 100 })
  t.match(result, { timedOut: true, exitCode: undefined, signal: 'SIGTERM' })
})

void test('the caller can abort a command', async (t) => {
  const caller = new AbortController()
  const command = run('sleep', ['60'], { ...limits, signal: caller.signal })
  caller.abort(new Error('called off'))
  await t.rejects(command, { message: 'called off' })
})

void test('a missing program is the fault of this computer', async (t) => {
  await t.rejects(run('no-such-program', [], limits), { name: 'InfraError', code: 'COMMAND_MISSING' })
})

async function isAlive(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) Z /.test(status)
}

void test('no child survives a kill -9 of the harness', async (t) => {
  const module = inProject('harness/process/run-program.ts')
  const script = `
    const { run } = await import(${JSON.stringify(module)})
    await run('sh', ['-c', 'echo $$; exec sleep 60'], {
      signal: new AbortController().signal, timeout: 60_000, onLine: (line) => console.log(line) })`
  const harness = spawn(process.execPath, ['--input-type=module', '--eval', script])
  t.teardown(() => harness.kill('SIGKILL'))
  const pid = await new Promise<string>((resolve) => {
    createInterface(harness.stdout).once('line', resolve)
  })
  t.ok(await isAlive(pid), 'it runs before')
  harness.kill('SIGKILL')
  for (let patience = 500; patience > 0 && (await isAlive(pid)); patience -= 1) await sleep(20, never)
  t.notOk(await isAlive(pid), 'it is gone after')
})

void test('a command that owns its group ends with all that it has started', async (t) => {
  const options = { signal: new AbortController().signal, endsGroup: true } as const
  const began = performance.now()
  t.match(await run('/bin/sh', ['-c', 'sleep 60 & true'], { ...options, timeout: 30_000 }), { exitCode: 0 })
  const late = await run('/bin/sh', ['-c', 'sleep 60; true'], { ...options, timeout: 300 })
  t.match(late, { timedOut: true })
  const stop = AbortSignal.timeout(300)
  await t.rejects(run('/bin/sh', ['-c', 'sleep 60; true'], { ...options, timeout: 30_000, signal: stop }))
  t.ok(performance.now() - began < 30_000, 'nothing is waited for')
})
