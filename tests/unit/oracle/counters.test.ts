// The counters of the kernel: their parsing, and the differences that are leaks.
import { test } from 'tap'
import {
  changedCounters,
  counterFiles,
  counters,
  featureFiles,
  featuresWithout,
  readCounters,
  type Counters,
} from '../../../harness/oracle/counters.ts'
import type { BatchResult } from '../../../harness/agent/files.ts'
import { healthyFile } from '../fixtures/run/fake-files.ts'

function files(paths: readonly string[], change: Readonly<Record<string, string | number>> = {}): BatchResult[] {
  return paths.map((path) => {
    const found = change[path] ?? healthyFile(path)
    return typeof found === 'number' ? { path, errno: 'ENOENT', text: '' } : { path, errno: 'OK', text: found }
  })
}

function read(change: Readonly<Record<string, string | number>> = {}): Counters {
  return readCounters(files(counterFiles, change), new Set()).counters
}

void test('each counter is read, and a difference of one is a leak unless there is a tolerance', (t) => {
  const before = read()
  t.equal(before.size, counters.length)
  for (const { name, tolerance } of counters) {
    const value = before.get(name) ?? 0
    const lower = new Map([...before, [name, value - tolerance - 1]])
    t.strictSame(changedCounters(before, lower), [`${name}: ${value} before, ${value - tolerance - 1} after`])
    t.strictSame(changedCounters(before, new Map([...before, [name, value - tolerance]])), [])
  }
  t.equal(before.get('free pages and slabs in kB'), 993_272)
  t.equal(before.get('pages of struct page (nr_memmap_pages and nr_memmap_boot_pages)'), 4099)
  t.end()
})

void test('more free memory is no leak, more nodes are', (t) => {
  const before = read()
  const more = (name: RegExp): Counters =>
    new Map([...before].map(([key, value]) => [key, name.test(key) ? value + 1_000_000 : value]))
  t.equal(changedCounters(before, more(/^free pages/)).length, 0)
  t.equal(changedCounters(before, more(/maple_node/)).length, 1)
  t.end()
})

void test('a counter that cannot be read is named, with any fault of its file', (t) => {
  const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages'
  const missing = readCounters(files(counterFiles, { [pool]: 2 }), new Set())
  t.strictSame(missing.unreadable, [`free_hugepages of 2M: ${pool} ENOENT`])
  const slabs = counterFiles.filter((path) => path.includes('/kvm_gmem_inode'))
  t.equal(slabs.length, 2)
  const without = readCounters(files(counterFiles, Object.fromEntries(slabs.map((path) => [path, 2]))), new Set())
  t.strictSame(without.unreadable, [`inodes of guest_memfd files: ${slabs.join(' and ')} ENOENT`])
  const empty = readCounters(files(counterFiles, { '/proc/meminfo': 'nothing\n' }), new Set())
  t.strictSame(empty.unreadable, ['free pages and slabs in kB: /proc/meminfo has no such number'])
  t.equal(readCounters([], new Set()).unreadable.length, counters.length)
  t.end()
})

void test('a counter may be missing only if the kernel itself tells that it lacks the feature', (t) => {
  t.strictSame([...featuresWithout(files(featureFiles))], [])
  const without = (path: string): string[] => [...featuresWithout(files(featureFiles, { [path]: 'x\n' }))]
  const all = ['hugetlb', 'hugetlb-1g', 'hugetlb-cgroup', 'hugetlb-cgroup-1g']
  t.strictSame(without('/proc/filesystems'), all)
  t.strictSame(without('/proc/cgroups'), ['hugetlb-cgroup', 'hugetlb-cgroup-1g'])
  t.strictSame(without('/proc/meminfo'), ['hugetlb-1g', 'hugetlb-cgroup-1g'])
  t.strictSame(without('/proc/vmstat'), ['memmap-counters'])
  const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages'
  t.strictSame(readCounters(files(counterFiles, { [pool]: 2 }), new Set(['hugetlb'])).unreadable, [])
  t.end()
})
