// The consoles of the instances of a run end up in one file.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { Consoles } from '../../../harness/instance/consoles.ts'

void test('one after the other, in the order in which they ended', async (t) => {
  const directory = t.testdir({})
  {
    await using consoles = new Consoles(directory, (error) => t.fail(String(error)))
    const [first, second] = await Promise.all([consoles.open('booted, plain'), consoles.open('restored, plain')])
    await writeFile(first.file, 'one\n')
    await writeFile(second.file, 'two\n')
    await Promise.all([second.close(), first.close()])
    await (await consoles.open('never started')).close()
  }
  t.strictSame(await readdir(directory), ['console.log'])
  t.equal(
    await readFile(path.join(directory, 'console.log'), 'utf8'),
    'gmemtest: a virtual machine, restored, plain\ntwo\ngmemtest: a virtual machine, booted, plain\none\n',
  )
})

void test('one that cannot be put there stays where it is, and that is said', async (t) => {
  const directory = t.testdir({ 'console.log': {} })
  const failures: unknown[] = []
  {
    await using consoles = new Consoles(directory, (error) => failures.push(error))
    const only = await consoles.open('booted, plain')
    await writeFile(only.file, 'one\n')
    await only.close()
  }
  t.match(failures, [{ code: 'CONSOLE_NOT_COPIED', message: /stays in .*1\.log: EISDIR/ }])
  t.equal(await readFile(path.join(directory, 'consoles', '1.log'), 'utf8'), 'one\n')
  await rm(directory, { recursive: true })
})

void test('the consoles of the next mutant leave alone a console that could not be appended', async (t) => {
  const directory = t.testdir({ 'console-first.log': {} })
  const failures: unknown[] = []
  for (const name of ['console-first.log', 'console-second.log']) {
    await using consoles = new Consoles(directory, (error) => failures.push(error), name)
    const only = await consoles.open('booted, plain')
    await writeFile(only.file, `${name}\n`)
    await only.close()
  }
  t.match(failures, [{ code: 'CONSOLE_NOT_COPIED', message: /stays in .*1\.log: EISDIR/ }])
  t.equal(await readFile(path.join(directory, 'consoles', '1.log'), 'utf8'), 'console-first.log\n')
  t.match(await readFile(path.join(directory, 'console-second.log'), 'utf8'), /\nconsole-second\.log\n$/)
})
