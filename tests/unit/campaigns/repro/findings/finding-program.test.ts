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
import type { Plan } from '../../../../../harness/campaigns/fuzz/program/plan.ts'
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

void test('what follows a try without memory depends on its end', async (t) => {
  const steps = [
    'do: host-fill, first: 0, count: 8, tag: 7',
    'do: without-memory, first: 2, count: 4, does: to-private, of: nodes, lasting: true',
    'do: unbind',
    'do: without-memory, first: 0, count: 8, does: bind, of: nodes, after: 1',
  ].map((step) => `  - { ${step} }\n`)
  const source = await exported(
    parseProgram('p.yaml', `version: 1\npageSize: 4K\npages: 24\ninitially: shared\nsteps:\n${steps.join('')}`),
  )
  t.match(
    source,
    /\tEXPECT\(fail_from\(NODES, 0, 1000000\), 0\);\n\tTRY\(FAILING\(gmem_convert\(gmem1, TO_PRIVATE, 0x2000, 0x4000\)\), 0, ENOMEM\);\n\tif \(last_end\)\n\t\tEXPECT_BETWEEN\(error_offset, 8192ULL, \d+ULL\);/,
  )
  t.match(
    source,
    /\tif \(!tried\)\n\t\tEXPECT_PAGES\(\{ 0, 4, BUS \}\);\n\telse\n\t\tEXPECT_PAGES\(\{ 0, 4, 0x07 \}\);/,
  )
  t.match(source, /TRY\(FAILING\((.*)\), 0, ENOMEM\);[^;]*\n\tEXPECT\(\1, tried \? 0 : EINVAL\);/)
  t.match(await compiled(t, source), { code: 4 })
})

function programOfSteps(...steps: readonly string[]) {
  const lines = steps.map((step) => `  - { ${step} }\n`).join('')
  return parseProgram('p.yaml', `version: 1\npageSize: 4K\npages: 24\ninitially: shared\nsteps:\n${lines}`)
}

void test('a mapping that a child has moved is checked but for its address', async (t) => {
  const fill = 'do: host-fill, mapping: 1, first: 0, count: 3, tag: 7'
  const source = await exported(
    programOfSteps('do: fork', 'do: remap, mapping: 1', 'do: convert, to: private, offset: 8192, size: 4096', fill),
  )
  t.match(source, /EXPECT\(child_does\(&child1, 3\), SIGNAL_BUS\);\n\n/)
  t.match(await compiled(t, source), { code: 4 })
})

void test('the messages about memory that fails are no splats, in programs that make it fail', async (t) => {
  const source = await exported(programOfSteps('do: fail-page, index: 3, converted: true'))
  t.match(source, /"\^\(Memory failure\|mce\|MCE\): ",\n\t\};/)
  t.match(source, /EXPECT\(advise_pages\(mapping2, 0x1000, 100\), SIGNAL_BUS\);/)
  t.match(await compiled(t, source), { code: 4 })
  t.notMatch(await exported(programOfSteps('do: blocks')), /Memory failure/)
})

void test('every kind of step has a form in C, in every dialect', async (t) => {
  t.setTimeout(300_000)
  const subject = await (await fakeBench()).bench.subject()
  const seen = new Set<string>()
  for (const pageSize of ['4K', '2M', '1G'] as const) {
    for (const [index, sequence] of sample(sequences(pageSize, 24), { numRuns: 80, seed: 1 }).entries()) {
      // Whether a step is possible may depend on the dialect.
      const dialect = dialects[index % dialects.length] ?? subject.dialect
      const program = await programOf(sequence, pageSize, { ...subject, dialect })
      const source = await exported(program, dialect)
      const isNew = program.steps.some(({ name }) => !seen.has(name))
      for (const { name } of program.steps) seen.add(name)
      if (isNew) t.match(await compiled(t, source), { code: 4 })
    }
  }
  const kinds = stepKinds.map(({ name }) => name)
  t.strictSame([...seen].toSorted(), kinds.toSorted())
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

void test('races, statistics, and counters of the pool are checked with what gmemtest wants of them', async (t) => {
  const { shape } = parseProgram('p.yaml', text)
  const directory = '/sys/kernel/mm/hugepages/hugepages-2048kB'
  const path = Buffer.from(`${directory}/nr_hugepages`)
  const batch = Buffer.concat([Buffer.from(Uint32Array.of(path.length, 0).buffer), path])
  const look = (plan: Plan, wanted: unknown): void => {
    plan.add('fileBatch', { files: 1 }, { tail: { field: 'the pool', wanted, read: () => wanted } }, { tail: batch })
  }
  const act: Step['act'] = ({ vm, descriptors: [gmem], mappings: [mapped] }, plan) => {
    for (const wanted of [true, 3, 4]) {
      const tail = { field: 'pages', wanted, read: () => wanted }
      plan.add('kvmStats', { handle: vm }, { tail }, { tail: Buffer.from('pages_4k') })
    }
    if (gmem === undefined || mapped === undefined) return
    look(plan, true)
    const place = { offset: 0, size: 0x1000, check: false }
    plan.add('actorAdd', { kind: 'convert', target: gmem, dialect: 'convert-ioctl', to: 'private', ...place })
    plan.add('actorAdd', { kind: 'host-read', mapping: mapped.made, ...place })
    plan.add('actorsStart', {})
    plan.add('actorsWait', { duration: 40, patience: 400 })
    plan.add('actorsStop', {}, { tail: { field: 'the race', wanted: 'no trouble', read: () => 'no trouble' } })
    look(plan, '1 taken, 2 reserved')
    look(plan, 0)
  }
  const source = await exported({ shape, steps: [stepThat(act)] })
  t.match(source, '.work = race_convert, .convert = gmem_convert, .fd = gmem1, .to = TO_PRIVATE')
  t.match(source, /EXPECT\(stop_actors\(\), 0\);\n\tEXPECT_NUMBER\(race_troubles, 0ULL\);/)
  t.match(source, 'EXPECT_NUMBER(remember_statistic(), 1ULL);')
  t.match(source, 'EXPECT_NUMBER(statistic_before - statistic, 3ULL);')
  t.match(source, 'EXPECT_NUMBER(statistic, 4ULL);')
  t.match(source, `EXPECT_NUMBER(remember_pool("${directory}"), 1ULL);`)
  t.match(source, `EXPECT_NUMBER(pool_taken("${directory}"), 1ULL);`)
  t.match(source, `EXPECT_NUMBER(pool_reserved("${directory}"), 2ULL);`)
  t.match(source, `EXPECT_NUMBER(pool_reserved("${directory}"), 0ULL);`)
  t.match(await compiled(t, source), { code: 4 })
})

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
