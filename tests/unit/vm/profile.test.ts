// A profile as words for the kernel and as memory, which suffices for the pools.
import { test } from 'tap'
import { describeProfile, kernelWords, memoryOf, plainProfile } from '../../../harness/vm/profile.ts'
import type { BootProfile, BootVariant } from '../../../harness/vm/profile.ts'

const gibibyte = 2 ** 30

function profile(gigantic: number, huge: number, variants: readonly BootVariant[] = []): BootProfile {
  return { pools: { '1G': gigantic, '2M': huge }, variants }
}

void test('the words for the kernel: the largest pages first, while memory is in one piece', (t) => {
  t.strictSame(kernelWords(plainProfile), [])
  t.strictSame(kernelWords(profile(1, 16)), ['hugepagesz=1G', 'hugepages=1', 'hugepagesz=2M', 'hugepages=16'])
  t.strictSame(kernelWords(profile(0, 4, ['hvo'])), ['hugepagesz=2M', 'hugepages=4', 'hugetlb_free_vmemmap=on'])
  t.strictSame(kernelWords(profile(0, 0, ['slab-nomerge'])), ['slab_nomerge'])
  t.end()
})

void test('an instance without pools stays small, with any variant', (t) => {
  t.equal(memoryOf(plainProfile), gibibyte)
  t.equal(memoryOf(profile(0, 0, ['hvo'])), gibibyte)
  t.end()
})

void test('pools come on top of the memory for everything else', (t) => {
  for (const [gigantic, huge] of [
    [0, 1],
    [0, 2048],
    [1, 0],
    [1, 1024],
    [8, 4096],
  ] as const) {
    const pooled = gigantic * gibibyte + huge * 2 ** 21
    t.ok(memoryOf(profile(gigantic, huge)) > gibibyte + pooled, `${gigantic} × 1G, ${huge} × 2M`)
  }
  t.end()
})

void test('1G pages fit above the hole for PCI, below the memory that a booting kernel takes from the top', (t) => {
  for (let pages = 1; pages <= 64; pages *= 2) {
    // q35 puts all but 2 GiB above the hole when it has 2.75 GiB or more.
    const memory = memoryOf(profile(pages, 512))
    t.ok(memory >= 2.75 * gibibyte)
    const structPages = memory / 64
    t.ok(memory - 2 * gibibyte - structPages - 2 ** 28 >= pages * gibibyte, `${pages} × 1G`)
  }
  t.end()
})

void test('a profile in words', (t) => {
  t.equal(describeProfile(plainProfile), 'plain')
  t.equal(describeProfile(profile(1, 16, ['hvo'])), '1 × 1G, 16 × 2M, hvo')
  t.end()
})
