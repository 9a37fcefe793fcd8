// The programs of failed tests, as the report of their run gets them.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { reproducersIn } from '../../../../harness/commands/exporting/reproducers-in.ts'
import { conversion, programFile, setUp } from '../../campaigns/repro/fixtures/recorded.ts'

const failure = { message: 'converting page 0 to private: wanted EAGAIN, found OK', wanted: 'EAGAIN', found: 'OK' }

void test('a program becomes C, and one that C cannot do has the reason in its place', async (t) => {
  const directory = t.testdir({
    'program-a.json': JSON.stringify(programFile([...setUp, conversion('private')], failure)),
    'program-b.json': JSON.stringify(programFile([conversion('private')], failure)),
  })
  t.match(await reproducersIn(directory)('program-a.json'), { source: /static int reproduce\(void\)/ })
  t.match(await reproducersIn(directory)('program-b.json'), { refused: /no operation of the program made gmem/ })
})

void test('a program that cannot be read has the reason in its place', async (t) => {
  const directory = t.testdir()
  await writeFile(path.join(directory, 'program-a.json'), '{}')
  t.match(await reproducersIn(directory)('program-a.json'), { refused: /is not the program of a test/ })
})

void test('a name that is no file of the results has nothing', async (t) => {
  const directory = t.testdir({ 'secret.json': '{}', inner: {} })
  const of = reproducersIn(path.join(directory, 'inner'))
  t.equal(await of('program-a.json'), undefined)
  t.equal(await of('../secret.json'), undefined)
  t.equal(await of('there is no program: no space left'), undefined)
})
