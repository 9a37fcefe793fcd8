// Programs of fuzz in C: every kind of step has a form that compiles without a warning, with the ends of the model.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { constant, sample } from 'fast-check'
import { test, type Test } from 'tap'
import { parseProgram } from '../../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import type { Program } from '../../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { programOf, sequences } from '../../../../../harness/campaigns/fuzz/search/sequences.ts'
import { stepKinds } from '../../../../../harness/campaigns/fuzz/step-kinds.ts'
import { stepKind, type Step } from '../../../../../harness/campaigns/fuzz/steps/step-kind.ts'
import { cProgramOfFinding } from '../../../../../harness/campaigns/repro/findings/finding-program.ts'
import { dialects, type Dialect } from '../../../../../harness/uapi/dialect.ts'
import { z } from 'zod'
import { fakeBench } from '../../fuzz/fixtures/fake-bench.ts'

const run = promisify(execFile)

const text = `# convert: errno
version: 1
pageSize: 2M
pages: 1536
initially: shared
steps:
  - { do: pin, first: 3, count: 1, method: vmsplice }
  - { do: convert, to: private, offset: 0, size: 98304 }
  - { do: convert, to: private, offset: 2097152, size: 2097152 }
  - { do: host-fill, first: 510, count: 4, tag: 9 }
`

function exported(program: Program, dialect: Dialect = 'convert-ioctl'): Promise<string> {
  return cProgramOfFinding({ name: 'finding-1', program, comment: ['what was found'], dialect, kernel: 'bad' })
}

/** Compiles a program, and returns what it prints on a computer without KVM. */
async function compiled(t: Test, source: string): Promise<unknown> {
  const directory = t.testdir()
  await writeFile(path.join(directory, 'reproducer.c'), source)
  const program = path.join(directory, 'reproducer')
  await run('gcc', ['-Wall', '-Wextra', '-Werror', '-o', program, `${program}.c`])
  return await run('unshare', ['-m', '-r', 'sh', '-c', `mount -t tmpfs none /dev && ${program}`]).catch(
    (error: unknown) => error,
  )
}

void test('each operation must end as the model has it', async (t) => {
  const source = await exported(parseProgram('p.yaml', text))
  t.match(source, / \* On the kernel bad:\n \* what was found\n/)
  t.match(
    source,
    /begin_step\("step 2 of 4, .*"\);\n\tEXPECT\(gmem_convert\(gmem1, TO_PRIVATE, 0, 0x18000\), EAGAIN\);\n\tEXPECT_NUMBER\(error_offset, 12288ULL\);/,
  )
  t.match(
    source,
    /EXPECT\(host_fill\(mapping1 \+ 0x1fe000, .*\), SIGNAL_BUS\);\n\tEXPECT_NUMBER\(fault_offset\(mapping1 \+ 0x1fe000\), 8192ULL\);\n\tEXPECT_NUMBER\(fault_offset\(mapping1\), 2097152ULL\);/,
  )
  t.match(source, /EXPECT_PAGES\(.*\{ 510, 2, 0x09 \}, \{ 512, 512, BUS \}, /)
  t.match(source, /EXPECT_NUMBER\(statistic, 1ULL\)/, 'the guest maps one page whole')
  t.match(source, /need_huge_pages\(2048, 3\);/)
  t.match(source, /end = in_child\(reproduce, \d+\);/, 'a hang is a difference')
  t.match(source, /settled\(.*2048kB\/free_hugepages", before\) != before/, 'a leak is a difference')
  t.match(source, /return expect_quiet_log\(/, 'a splat is a difference')
  t.match(await compiled(t, source), {
    code: 4,
    stdout: /^TAP version 13\n1\.\.1\nok 1 # SKIP cannot open \/dev\/kvm: /,
  })
})

void test('every kind of step has a form in C, in every dialect', async (t) => {
  t.setTimeout(300_000)
  const subject = await (await fakeBench()).bench.subject()
  const seen = new Set<string>()
  for (const pageSize of ['4K', '2M', '1G'] as const) {
    for (const [index, sequence] of sample(sequences(pageSize, 24), { numRuns: 60, seed: 1 }).entries()) {
      const program = await programOf(sequence, pageSize, subject)
      const source = await exported(program, dialects[index % dialects.length])
      const isNew = program.steps.some(({ name }) => !seen.has(name))
      for (const { name } of program.steps) seen.add(name)
      if (isNew) t.match(await compiled(t, source), { code: 4 })
    }
  }
  t.strictSame([...seen].toSorted(), stepKinds.map(({ name }) => name).toSorted())
})

/** A step that asks the agent for something. */
function stepThat(act: Step['act']): Step {
  const kind = stepKind<object>({
    name: 'odd',
    weight: 1,
    fields: z.strictObject({}),
    arbitrary: () => constant(() => ({})),
    check: () => true,
    act: (_args, world, plan) => act(world, plan),
    describe: () => 'do odd things',
  })
  return kind.schema.parse({})
}

void test('a step that C cannot do is refused by its name', async (t) => {
  const { shape } = parseProgram('p.yaml', text)
  const refusal = (act: Step['act']): Promise<unknown> =>
    exported({ shape, steps: [stepThat(act)] }).catch((error: unknown) => error)
  t.match(await refusal((_, plan) => void plan.add('repeat', { rounds: 2 })), {
    code: 'REPRO_REFUSED',
    message: 'step 1 of 1, do odd things: this step has no C form yet, because of operations within an operation',
    hint: /--replay/,
  })
  t.match(await refusal((_, plan) => void plan.add('hello', { version: 1 }, { fields: { cpus: 4 } })), {
    code: 'REPRO_REFUSED',
    message: /because of the word cpus of hello$/,
  })
  t.match(
    await refusal(
      ({ vm }, plan) =>
        void plan.add('checkExtension', { vm, capability: 1 }, { tail: { field: 'x', wanted: 1, read: () => 1 } }),
    ),
    { code: 'REPRO_REFUSED', message: /because of the bytes of checkExtension$/ },
  )
  await t.rejects(exported(parseProgram('p.yaml', text.replace('first: 3, count: 1', 'first: 2000, count: 1'))), {
    code: 'STEP_IMPOSSIBLE',
  })
  const program = parseProgram('p.yaml', text)
  await t.rejects(cProgramOfFinding({ name: 'f', program, comment: [], dialect: 'klingon', kernel: undefined }), {
    code: 'PROGRAM_UNKNOWN',
  })
})
