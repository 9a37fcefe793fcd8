// The file of a program: it is written for a test that fails, and read from anywhere.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { programOfFile } from '../../../../harness/campaigns/repro/recorded-program.ts'
import { readProgram } from '../../../../harness/report/stored/read-program.ts'
import { writeProgram } from '../../../../harness/report/stored/write-program.ts'
import { conversion, programFile, recorded, setUp } from '../../campaigns/repro/fixtures/recorded.ts'

const program = programFile([...setUp, conversion('private')], {
  message: 'a check: wanted 2\u001b[31m, found 1',
  wanted: { size: 2n ** 60n },
  found: 1,
})

void test('a program is read as it was written', async (t) => {
  const directory = t.testdir()
  t.equal(await writeProgram(directory, program), 'program-a-scenario.json')
  t.equal(await writeProgram(directory, { ...program, mutant: 'a-bug' }), 'program-a-bug-a-scenario.json')
  const read = await readProgram(path.join(directory, 'program-a-bug-a-scenario.json'))
  t.match(read, {
    mutant: 'a-bug',
    operations: program.operations,
    failure: { wanted: { size: '1152921504606846976n' } },
  })
  t.notMatch(await readFile(path.join(directory, 'program-a-scenario.json'), 'latin1'), '\u001b')
})

void test('a program that cannot be written is a reason, and no failure', async (t) => {
  t.match(await writeProgram(path.join(t.testdir(), 'nowhere'), program), /^there is no program: ENOENT/)
})

void test('files that are no programs are refused with the next step', async (t) => {
  const directory = t.testdir({ 'text.json': 'hello', 'other.json': '{"version":1}', 'newer.json': '{"version":2}' })
  const refused = async (name: string): Promise<unknown> =>
    readProgram(path.join(directory, name)).catch((error: unknown) => error)
  t.match(await refused('text.json'), { code: 'PROGRAM_INVALID', message: /text\.json is not the program of a test/ })
  t.match(await refused('other.json'), { code: 'PROGRAM_INVALID', message: /: protocol: / })
  t.match(await refused('newer.json'), { code: 'PROGRAM_VERSION', hint: /run the test again/ })
  t.match(await refused('missing.json'), { code: 'PROGRAM_MISSING' })
  await mkdir(path.join(directory, 'directory.json'))
  t.match(await refused('directory.json'), { code: 'PROGRAM_INVALID', message: /it is no file/ })
  const odd = { ...program, operations: [{ ...recorded('reset', {}), request: { a: 'ls' } }] }
  await writeFile(path.join(directory, 'odd.json'), JSON.stringify({ ...odd, failure: { kind: 'check', message: '' } }))
  t.match(await refused('odd.json'), { code: 'PROGRAM_INVALID', message: /operations\.0\.request\.a/ })
})

void test('operations and fields of another gmemtest are refused by name', (t) => {
  const [first] = program.operations
  const having = (changed: object): unknown =>
    programOfFile({ ...program, operations: [{ ...recorded('reset', {}), ...changed }] })
  t.throws(() => having({ name: 'teleport' }), {
    code: 'PROGRAM_UNKNOWN',
    message: 'operation 1: this gmemtest has no operation "teleport"',
  })
  t.throws(() => having({ request: { warp: '0x9' } }), {
    code: 'PROGRAM_UNKNOWN',
    message: /reset has no field "warp"/,
  })
  t.throws(() => having({ ...first, request: {} }), {
    code: 'PROGRAM_UNKNOWN',
    message: /vmCreate lacks the field type/,
  })
  t.throws(() => programOfFile({ ...program, protocol: '0' }), { code: 'PROGRAM_VERSION', hint: /run the test again/ })
  t.end()
})
