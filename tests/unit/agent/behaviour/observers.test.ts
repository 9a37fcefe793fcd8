// The operations that look at the kernel from outside, on the real agent as a process of this computer.
import { mkdtemp, readFile, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

void test('many files are read and written in one request', async (t) => {
  await using started = await startHostAgent()
  const { agent } = started
  const directory = t.testdir({ one: 'first\n', empty: '' })
  const file = (name: string): string => path.join(directory, name)
  await writeFile(file('long'), 'x'.repeat(70_000))
  const results = await agent.files.batch([
    { path: file('one') },
    { path: file('one'), text: '2' },
    { path: file('missing') },
    { path: file('empty') },
    { path: directory },
    { path: file('missing'), text: 'x' },
    { path: file('long') },
    { path: file('one') },
  ])
  t.strictSame(
    results.map(({ errno, text }) => [errno, text.length > 9 ? text.length : text]),
    [
      ['OK', 'first\n'],
      ['OK', ''],
      ['ENOENT', ''],
      ['OK', ''],
      ['EISDIR', ''],
      ['ENOENT', ''],
      ['OK', 65_536],
      ['OK', '2irst\n'],
    ],
  )
  t.strictSame(await agent.files.batch([]), [])
  t.equal(await readFile(file('one'), 'utf8'), '2irst\n')
  await t.rejects(agent.files.batch([{ path: '' }]), { code: 'AGENT_REFUSED' })
  await t.rejects(agent.files.batch([{ path: 'x'.repeat(5000) }]), { code: 'AGENT_REFUSED' })
})

void test('directories are made and removed', async (t) => {
  await using started = await startHostAgent()
  const { files } = started.agent
  const parent = await mkdtemp('/tmp/gmemtest-directory-')
  const made = `${parent}/inside`
  t.match(await files.makeDirectory(made), { errno: 'OK' })
  t.match(await files.makeDirectory(made), { errno: 'EEXIST' })
  t.match(await files.removeDirectory(parent), { errno: 'ENOTEMPTY' })
  t.match(await files.removeDirectory(made), { errno: 'OK' })
  t.match(await files.removeDirectory(made), { errno: 'ENOENT' })
  await rmdir(parent)
})

void test('the frames of a mapping are runs, from its first page to its last', async (t) => {
  await using started = await startHostAgent()
  const { agent } = started
  const length = 16 * 4096
  const { mapping } = await must(agent.host.mmap({ length }))
  const untouched = await agent.frames.runs(mapping, 0, length)
  if (untouched.errno !== 'OK') {
    t.pass('this computer does not show page frames')
    return
  }
  t.strictSame(untouched.runs, [{ first: 0, count: 16 }])
  await must(agent.host.fill(mapping, 4 * 4096, 2 * 4096, { byte: 1 }))
  const { runs } = await must(agent.frames.runs(mapping, 4096, length - 4096))
  t.equal(
    runs.reduce((sum, run) => sum + run.count, 0),
    15,
  )
  t.match(runs[0], { first: 0, count: 3 })
  t.equal(runs.at(-1)?.first, 5)
  await t.rejects(agent.frames.runs(mapping, 0, length + 4096), { code: 'AGENT_REFUSED' })
  await t.rejects(agent.frames.runs(mapping, 1, 4096), { code: 'AGENT_REFUSED' })
})

void test('a level that does not exist is a mistake of the caller', async (t) => {
  await using started = await startHostAgent()
  await t.rejects(started.agent.readKernelLog(8), { code: 'AGENT_REFUSED' })
})
