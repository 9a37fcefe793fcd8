// A run over several boots: which test gets which instance, and the verdicts on tests without one.
import { test } from 'tap'
import { BootError, InfraError } from '../../../../harness/base/errors.ts'
import { bytes } from '../../../../harness/base/units.ts'
import { planBoots } from '../../../../harness/run/boot-plan.ts'
import { describeProfile, plainProfile } from '../../../../harness/vm/profile.ts'
import { fakeFiles } from '../../fixtures/run/fake-files.ts'
import { fakeInstance, type Puppet } from '../../fixtures/run/fake-instance.ts'
import { fine, named, run, takes, verdicts, type Run } from '../../fixtures/run/run.ts'

const poolOf2M = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'
const poolOf1G = '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages'
const optimised = '/proc/sys/vm/hugetlb_optimize_vmemmap'
const aliases = '/sys/kernel/slab/maple_node/aliases'
const commandLine = { '/proc/cmdline': 'console=ttyS0 hugetlb_free_vmemmap=on slab_nomerge\n' }
const mapsGigantic = { '/proc/cpuinfo': 'flags\t\t: fpu pdpe1gb rdtscp lm\n' }

function ended(result: Run): string[] {
  return result.finished.map(({ name, verdict }) => `${name} ${verdict}`)
}

void test('each group has an instance of its own, and the one before is closed first', async (t) => {
  const earlier: Puppet[] = []
  const result = await run(
    [
      named('a', fine, [], { pools: { '2M': 16 } }),
      named('b', fine),
      named('c', fine, [], { boot: ['hvo'] }),
      named('d', fine, [], { pools: { '2M': 2 } }),
    ],
    {
      instances: [{ files: fakeFiles({ ...commandLine, [poolOf2M]: '16\n', [optimised]: '1\n' }) }],
      onBoot: (puppet) => {
        t.ok(earlier.every((one) => one.disposed()))
        earlier.push(puppet)
      },
    },
  )
  t.strictSame(ended(result), ['b PASS', 'a PASS', 'd PASS', 'c PASS'])
  t.strictSame(result.profiles.map(describeProfile), ['plain', '16 × 2M', 'hvo'])
  t.strictSame(
    result.events.filter((event) => event.type === 'vm-ready').map(({ profile }) => profile),
    ['plain', '16 × 2M', 'hvo'],
  )
})

void test('an instance that is lost is replaced by one of its own kind', async (t) => {
  const result = await run(
    [named('a', fine, [], { pools: { '2M': 1 } }), named('b', fine, [], { pools: { '2M': 1 } })],
    {
      instances: [
        {
          files: fakeFiles({ [poolOf2M]: '1' }),
          react: (name, puppet) => {
            if (name === 'setAffinity') puppet.say('[    2.0] BUG: Bad page state in process x')
            return undefined
          },
        },
        { files: fakeFiles({ [poolOf2M]: '1' }) },
      ],
    },
  )
  t.strictSame(ended(result), ['a FAIL', 'b PASS'])
  t.strictSame(result.profiles.map(describeProfile), ['1 × 2M', '1 × 2M'])
})

void test('a skip costs no boot once the kernel is known', async (t) => {
  const result = await run(
    [
      named('a', fine),
      named('b', fine, ['gup-test'], { pools: { '1G': 1 } }),
      named('c', fine, ['gup-test'], { boot: ['hvo'] }),
    ],
    { expectSkips: ['gup-test'] },
  )
  t.strictSame(ended(result), ['a PASS', 'b SKIP', 'c SKIP'])
  t.equal(result.boots, 1)
})

void test('a pool that is too small is the error of those tests alone that want more', async (t) => {
  const result = await run(
    [named('a', fine, [], { pools: { '1G': 2 } }), named('b', fine, [], { pools: { '1G': 1, '2M': 3 } })],
    { instances: [{ files: fakeFiles({ ...mapsGigantic, [poolOf1G]: '1\n', [poolOf2M]: '3\n' }) }] },
  )
  t.strictSame(ended(result), ['a ERROR', 'b PASS'])
  t.match(result.finished[0]?.diagnostic?.message, /needs 2 × 1G, but the instance has 1 \(profile: 2 × 1G, 3 × 2M\)/)
  t.equal(result.outcome.exitCode, 1)
})

void test('pools and features that the instance lacks are an error, with the next step', async (t) => {
  for (const [wanted, files, message] of [
    [{ pools: { '2M': 1 } }, { [poolOf2M]: '0' }, /needs 1 × 2M, but the instance has 0 .*console log/],
    [{ pools: { '1G': 1 } }, { [poolOf1G]: '1' }, /no pdpe1gb .*--accel tcg/],
    [{ boot: ['hvo'] }, { [optimised]: '1' }, /cmdline lacks hugetlb_free_vmemmap=on/],
    [{ boot: ['hvo'] }, { ...commandLine, [optimised]: '0' }, /hvo, but .* is 0, not 1: .*OPTIMIZE_VMEMMAP/],
    [{ boot: ['hvo'] }, commandLine, /hugetlb_optimize_vmemmap cannot be read/],
    [{ boot: ['slab-nomerge'] }, { ...commandLine, [aliases]: '3' }, /aliases is 3, not 0/],
    [{ boot: ['slab-nomerge'] }, commandLine, /aliases cannot be read/],
  ] as const) {
    const result = await run([named('a', fine, [], wanted)], { instances: [{ files: fakeFiles(files) }] })
    t.strictSame(verdicts(result), ['ERROR'])
    t.match(result.finished[0]?.diagnostic?.message, message)
  }
})

void test('pools that do not fit into this computer: the others run, and the exit code tells', async (t) => {
  const scenarios = [named('a', fine, [], { pools: { '1G': 100 } }), named('b', fine)]
  const result = await run(scenarios, { plan: planBoots(scenarios, bytes(2 ** 32)) })
  t.strictSame(ended(result), ['b PASS', 'a MISS'])
  t.match(result.finished[1]?.diagnostic?.message, /^a needs an instance with .* 4096 MiB are available/)
  t.equal(result.boots, 1)
  t.equal(result.outcome.exitCode, 69)
  t.notOk('aborted' in result.outcome)
})

void test('a test that does not fit into this computer is a SKIP all the same on a kernel that lacks its capability', async (t) => {
  const hints: string[] = []
  for (const jobs of [1, 2, 3]) {
    const tests = [
      named('a', fine, ['gup-test'], { pools: { '1G': 100 } }),
      named('b', takes(20)),
      named('c', fine, [], { pools: { '1G': 100 } }),
    ]
    const result = await run(tests, {
      plan: planBoots(tests, bytes(2 ** 32)),
      expectSkips: ['gup-test'],
      isolation: 'vm',
      jobs,
      prepare: (profile) => void hints.push(describeProfile(profile)),
    })
    t.strictSame(ended(result), ['b PASS', 'a SKIP', 'c MISS'])
    t.equal(result.boots, 1)
  }
  t.strictSame(hints, [], 'no instance is prepared for them')
})

void test('a boot variant that does not come up fails its own scenarios, and is not tried again', async (t) => {
  // Trouble of this computer may pass, which the second of two tries shows.
  for (const [error, verdict, exitCode, tries] of [
    [new BootError('KERNEL_PANIC', 'the kernel panicked while it booted'), 'FAIL', 1, 1],
    [
      new InfraError('QEMU_FAILED', 'QEMU could not start: cannot set up guest memory', { transient: true }),
      'MISS',
      69,
      2,
    ],
  ] as const) {
    let boots = 0
    const result = await run(
      [
        named('a', fine, [], { boot: ['hvo'] }),
        named('b', fine, [], { boot: ['hvo'] }),
        named('c', fine),
        named('d', fine, [], { pools: { '2M': 1 } }),
      ],
      {
        boot: async (profile) => {
          boots += 1
          if (profile.variants.includes('hvo')) throw error
          return (await fakeInstance({ files: fakeFiles({ [poolOf2M]: '1' }) })).instance
        },
      },
    )
    t.strictSame(ended(result), ['c PASS', `a ${verdict}`, `b ${verdict}`, 'd PASS'])
    t.equal(result.finished[1]?.diagnostic?.message, error.message)
    t.equal(boots, 2 + tries)
    t.equal(result.outcome.error, error)
    t.equal(result.outcome.exitCode, exitCode)
    t.notOk('aborted' in result.outcome, 'the run goes to its end')
  }
})

void test('splats of a boot fail a test in every profile', async (t) => {
  const result = await run([named('a', fine), named('b', fine, [], { pools: { '2M': 1 } })], {
    instances: [{ files: fakeFiles({ [poolOf2M]: '1' }) }],
    onBoot: (puppet, boot) => {
      puppet.say('[    0.0] Linux version 6.12.0 (gcc) #1 SMP')
      if (boot === 2) puppet.say('[    0.5] WARNING: CPU: 0 PID: 1 at mm/hugetlb.c:1 foo+0x1/0x2')
    },
  })
  t.strictSame(ended(result), ['a PASS', 'b FAIL'])
  t.equal(result.profiles[0], plainProfile)
})
