// Leaked resources fail a scenario, and a check that does not work is never a pass.
import { Patience } from '../../../harness/base/patience.ts'
import { test } from 'tap'
import { fine, named, run, verdicts } from '../fixtures/run/run.ts'
import { rcuBarrier } from '../../../harness/oracle/counters.ts'
import { LeakWatch } from '../../../harness/oracle/leaks.ts'
import { fakeFiles, type FakeFiles } from '../fixtures/run/fake-files.ts'
import { fakeInstance, type FakeOptions, type FakeReply } from '../fixtures/run/fake-instance.ts'

const free = '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages'
const inodes = '/sys/kernel/slab/kvm_gmem_inode/objects'
const kmemleak = '/sys/kernel/debug/kmemleak'
const inodesOfMainline = '/sys/kernel/slab/kvm_gmem_inode_cache/objects'
const two = [named('a', fine), named('b', fine)]

/** Makes a file with another content from its n-th reading up to, but not at, the m-th. */
function changing(path: string, from: number, text: string | number, until = Infinity): FakeFiles {
  let readings = 0
  return (asked) => {
    if (asked !== path) return undefined
    readings += 1
    return readings > from && readings < until ? text : undefined
  }
}

const withoutInodes = fakeFiles({ [inodes]: 2 })
const withoutHugePages: FakeFiles = (path) => {
  if (path === '/proc/filesystems') return 'nodev\tsysfs\n'
  return /hugetlb|hugepages|\/cgroup\//.test(path) ? 2 : undefined
}
const refuseLog = (name: string): number | undefined => (name === 'kernelLog' ? 13 : undefined)

void test('a leaked page fails the scenario by name, and the instance is not used again', async (t) => {
  const result = await run(two, { instances: [{ files: changing(free, 1, '6\n') }, {}] })
  t.strictSame(verdicts(result), ['FAIL', 'PASS'])
  t.match(result.finished[0]?.diagnostic?.message, /^leaked kernel resources: free_hugepages of 2M: 7 before, 6 after$/)
  t.equal(result.boots, 2)
})

void test('a resource that is freed in time is no leak', async (t) => {
  const result = await run(two, { instances: [{ files: changing(free, 1, '6\n', 4) }] })
  t.strictSame(verdicts(result), ['PASS', 'PASS'])
  t.equal(result.boots, 1)
})

void test('a counter that is missing at boot is an error, and no scenario passes', async (t) => {
  const instances = [{ files: withoutInodes }]
  const result = await run(two, { instances })
  t.strictSame(verdicts(result), ['ERROR'])
  t.match(
    result.finished[0]?.diagnostic?.message,
    /cannot read a counter of the kernel: inodes of guest_memfd.* ENOENT/,
  )
  const expected = await run(two, { instances, expectSkips: ['gmem-inode-counter'] })
  t.strictSame(verdicts(expected), ['PASS', 'PASS'])
  const stock = await run(two, { instances, dialect: 'vm-attributes' })
  t.strictSame(verdicts(stock), ['PASS', 'PASS'])
})

/** A kernel that counts inodes as mainline does. */
function mainline(text: (reading: number) => string): FakeFiles {
  let readings = 0
  return (path) => {
    if (path === inodes) return 2
    return path === inodesOfMainline ? text((readings += 1)) : undefined
  }
}

void test('the inodes of guest_memfd are counted in the slab of mainline, too', async (t) => {
  t.strictSame(verdicts(await run(two, { instances: [{ files: mainline(() => '3\n') }] })), ['PASS', 'PASS'])
  const leaked = await run(two, { instances: [{ files: mainline((reading) => (reading > 2 ? '4\n' : '3\n')) }, {}] })
  t.strictSame(verdicts(leaked), ['FAIL', 'PASS'])
  t.match(leaked.finished[0]?.diagnostic?.message, /inodes of guest_memfd files: 3 before, 4 after/)
})

void test('a descriptor that the agent does not close is a leak, with a file or without one', async (t) => {
  for (const [words, name] of [
    [[5, 0], 'open descriptors of the agent: 4 before, 5 after'],
    [[4, 1], 'descriptors of the agent without a file: 0 before, 1 after'],
  ] as const) {
    let looks = 0
    const reply = (operation: string): FakeReply | undefined => {
      if (operation !== 'descriptors') return undefined
      return { words: (looks += 1) === 1 ? [4, 0] : words }
    }
    const result = await run(two, { instances: [{ reply }, {}] })
    t.strictSame(verdicts(result), ['FAIL', 'PASS'])
    t.equal(result.finished[0]?.diagnostic?.message, `leaked kernel resources: ${name}`)
  }
})

void test('slabs are flushed twice before a counter is a leak', async (t) => {
  let flushes = 0
  const files: FakeFiles = (path) => {
    if (path === '/sys/kernel/slab/kvm_gmem_inode_cache/shrink') flushes += 1
    return undefined
  }
  const { instance } = await fakeInstance({ files })
  await using open = instance
  const options = { without: new Set<string>(), signal: new AbortController().signal, patience: new Patience(0.1) }
  const watch = await LeakWatch.begin(open.agent, options)
  t.equal(flushes, 2)
  await watch.report({ isLast: false })
  t.equal(flushes, 3)
})

void test('a counter that goes missing later is an error of that scenario', async (t) => {
  const result = await run(two, { instances: [{ files: changing(inodes, 3, 5) }, {}] })
  t.strictSame(verdicts(result), ['PASS', 'ERROR'])
  t.match(result.finished[1]?.diagnostic?.message, /inodes of guest_memfd.* EIO/)
})

/** An instance whose kernel logs these lines after the first look. */
function later(...lines: readonly string[]): FakeOptions {
  const logs = [[], lines]
  return { log: () => logs.shift() ?? [] }
}

void test('a warning in the log fails the scenario that does not expect it', async (t) => {
  const expecting = named('b', async ({ expectLog }) => expectLog(/^Memory failure: /))
  const result = await run([named('a', fine), expecting, named('c', fine)], {
    instances: [
      later('4guest_memfd: something is odd'),
      later('3Memory failure: 0x1234: recovery action', '4else'),
      later(),
    ],
  })
  t.strictSame(verdicts(result), ['FAIL', 'FAIL', 'PASS'])
  t.equal(result.finished[0]?.diagnostic?.message, 'the kernel logged a warning: guest_memfd: something is odd')
  t.equal(result.finished[1]?.diagnostic?.message, 'the kernel logged a warning: else')
  t.equal(result.boots, 3, 'a test that failed leaves its instance to no other')
})

void test('a log that cannot be read is an error', async (t) => {
  const result = await run([named('a', fine)], { instances: [{ react: refuseLog }] })
  t.notSame(verdicts(result), ['PASS'])
  t.not(result.outcome.exitCode, 0)
})

void test('kmemleak scans twice after the last scenario of a boot, since it only names old blocks', async (t) => {
  const report =
    'unreferenced object 0xffff (size 256):\n  backtrace:\n    kvm_gmem_create\nunreferenced object 0xfffe\n'
  const { signal } = new AbortController()
  const options = { without: new Set<string>(), patience: new Patience(1), signal, kmemleakAge: 1 }
  for (const [isShared, message] of [
    [true, /^kmemleak, of all tests of this boot, 2 in all: unreferenced object 0xffff .*kvm_gmem_create$/],
    [false, /^kmemleak, 2 in all: unreferenced object 0xffff .*kvm_gmem_create$/],
  ] as const) {
    // Two when the watch begins, then two scans.
    const files = changing(kmemleak, 2 + 2, report)
    const { instance } = await fakeInstance({
      files: (path) => files(path) ?? (path === kmemleak ? '' : undefined),
    })
    const watch = await LeakWatch.begin(instance.agent, options)
    if (isShared) t.strictSame((await watch.report({ isLast: false })).leaks, [])
    t.match((await watch.report({ isLast: true })).leaks, [message])
    await instance[Symbol.asyncDispose]()
  }
})

void test('kmemleak always scans after a scenario with an instance of its own', async (t) => {
  for (const [isolation, wanted] of [
    ['vm', ['ERROR', 'ERROR']],
    ['boot', ['ERROR', 'ERROR']],
    ['none', ['PASS', 'ERROR']],
  ] as const) {
    const files = new Map<number, number>()
    let boots = 0
    const result = await run(two, {
      isolation,
      onBoot: () => {
        boots += 1
      },
      instances: [
        {
          // It can be cleared at the beginning of each instance, and refuses to scan.
          files: (path) => {
            if (path !== kmemleak) return undefined
            const looks = (files.get(boots) ?? 0) + 1
            files.set(boots, looks)
            return looks <= 2 ? '' : 1
          },
        },
      ],
    })
    t.strictSame(verdicts(result), wanted)
  }
})

void test('a kmemleak that does not scan, and an unreadable feature file, are errors', async (t) => {
  let looks = 0
  const off: FakeFiles = (path) => (path === kmemleak ? ((looks += 1) > 2 ? 1 : '') : undefined)
  const switched = await run([named('a', fine)], { instances: [{ files: off }] })
  t.strictSame(verdicts(switched), ['ERROR'])
  t.match(switched.finished[0]?.diagnostic?.message, /kmemleak EPERM/)
  const unread = await run([named('a', fine)], { instances: [{ files: fakeFiles({ [kmemleak]: 5 }) }] })
  t.strictSame(verdicts(unread), ['ERROR'])
  t.match(unread.finished[0]?.diagnostic?.message, /kmemleak EIO/)
  const blind = await run([named('a', fine)], { instances: [{ files: fakeFiles({ '/proc/vmstat': 5 }) }] })
  t.strictSame(verdicts(blind), ['ERROR'])
  t.match(blind.finished[0]?.diagnostic?.message, /\/proc\/vmstat EIO/)
  const without = fakeFiles({ '/proc/cgroups': 2 })
  t.strictSame(verdicts(await run([named('a', fine)], { instances: [{ files: without }] })), ['PASS'])
})

void test('an agent that cannot join its group, and slabs that cannot be flushed, are errors', async (t) => {
  for (const broken of ['/sys/fs/cgroup/gmemtest/cgroup.procs', '/sys/kernel/slab/maple_node/shrink']) {
    const result = await run(two, { instances: [{ files: fakeFiles({ [broken]: 13 }) }] })
    t.strictSame(verdicts(result), ['ERROR'])
    t.match(result.finished[0]?.diagnostic?.message, new RegExp(`${broken} EACCES`))
  }
})

void test('a kernel without huge pages needs no control group for them', async (t) => {
  t.strictSame(verdicts(await run(two, { instances: [{ files: withoutHugePages }] })), ['PASS', 'PASS'])
})

void test('after the last scenario, memory is freed by RCU while the console is still watched', async (t) => {
  let barriers = 0
  const files: FakeFiles = (path) => {
    if (path === rcuBarrier) barriers += 1
    return undefined
  }
  const { instance } = await fakeInstance({ files })
  await using open = instance
  const watch = await LeakWatch.begin(open.agent, {
    without: new Set(),
    signal: new AbortController().signal,
    patience: new Patience(0.1),
  })
  const before = barriers
  await watch.report({ isLast: false })
  t.equal(barriers, before)
  await watch.report({ isLast: true })
  t.ok(barriers > before)
})
