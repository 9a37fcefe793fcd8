// The folder of programs: findings are added once, and all programs are read in the order of their names.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { linesOf } from '../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { parseProgram } from '../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { addToCorpus, addToFrontier, readCorpus, readFrontier } from '../../../../harness/commands/fuzzing/corpus.ts'

const text = `version: 1
pageSize: 4K
pages: 24
initially: shared
gap: 1048556
steps:
  - { do: pin, first: 3, count: 1, method: vmsplice }
`

void test('a finding is added once, and read again', async (t) => {
  const folder = path.join(t.testdir(), 'made', 'corpus')
  t.strictSame(await readCorpus(folder), [])
  const finding = {
    fingerprint: 'convert: errno: wanted EAGAIN, found OK',
    message: 'step 1',
    program: parseProgram('p.yaml', text),
    seed: 1,
    path: 3,
    before: 9,
    isConfirmed: true,
  }
  await addToCorpus(folder, finding)
  await addToCorpus(folder, finding)
  await writeFile(path.join(folder, '0-mine.yml'), text)
  await writeFile(path.join(folder, 'README.md'), 'no program')
  const programs = await readCorpus(folder)
  t.strictSame(
    programs.map(({ name }) => name),
    ['0-mine', '4k-convert-errno-wanted-eagain-found-ok'],
  )
  t.strictSame(linesOf(programs[1]?.program ?? finding.program), [
    'a file of 24 pages, 4K, initially shared, a gap of 1048556 pages in the middle',
    '1. pin page 3 by vmsplice',
  ])
})

void test('a file that is no program is a mistake of the user', async (t) => {
  const folder = t.testdir({ 'bad.yaml': text.replace('do: pin', 'do: pim') })
  await t.rejects(readCorpus(folder), { code: 'PROGRAM_INVALID' })
})

void test('programs that reach new code are kept apart from findings, each once', async (t) => {
  const folder = path.join(t.testdir(), 'corpus')
  t.strictSame(await readFrontier(folder), [])
  const [one, other] = [parseProgram('p.yaml', text), parseProgram('p.yaml', text.replace('first: 3', 'first: 4'))]
  for (const program of [one, other, one]) await addToFrontier(folder, program)
  const lines = (await readFrontier(folder)).map((program) => linesOf(program)[1] ?? '')
  t.equal(lines.length, 2)
  t.strictSame(new Set(lines), new Set(['1. pin page 3 by vmsplice', '1. pin page 4 by vmsplice']))
  t.strictSame(await readCorpus(folder), [])
})
