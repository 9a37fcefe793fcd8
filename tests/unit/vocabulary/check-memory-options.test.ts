// Options of memory that the compiler would refuse are mistakes of the scenario.
import { test } from 'tap'
import { checkMemoryOptions } from '../../../harness/vocabulary/check-memory-options.ts'

const fine = { pages: 4, initially: 'shared' } as const

const mistakes: readonly (readonly [options: object, message: string | RegExp])[] = [
  [{ pages: 4, initialy: 'shared' }, "memory has no option 'initialy'; write 'initially' instead"],
  [{ ...fine, hugepages: '2M' }, "memory has no option 'hugepages'; write 'hugePages' instead"],
  [{ ...fine, zzzzzzzzzzzzz: 1 }, /^memory has no option 'z+'; the options are pages, hugePages, initially, /],
  [{ pages: 4 }, "memory: initially must be 'shared' or 'private', got undefined"],
  [{ pages: 4, initially: 'privat' }, "memory: initially must be 'shared' or 'private', got 'privat'"],
  [{ initially: 'shared' }, /^memory: pages must be a whole number of 4K pages from 1 on, got undefined$/],
  [{ ...fine, pages: '4' }, /^memory: pages must be .*, got '4'$/],
  [{ ...fine, pages: 1.5 }, /^memory: pages must be .*, got 1\.5$/],
  [{ ...fine, pages: 0 }, /^memory: pages must be .*, got 0$/],
  [{ ...fine, hugePages: '64K' }, "memory: hugePages must be '1G' or '2M', got '64K'"],
  [{ ...fine, slot: 'no' }, "memory: slot must be true or false, got 'no'"],
  [{ ...fine, mapped: 0 }, 'memory: mapped must be true or false, got 0'],
  [{ ...fine, twoMemories: null }, 'memory: twoMemories must be true or false, got null'],
  [{ ...fine, beside: 'other' }, "memory: beside must be a file of this scenario, got 'other'"],
]

for (const [options, message] of mistakes) {
  void test(`memory(${JSON.stringify(options)}) is refused`, (t) => {
    t.throws(() => checkMemoryOptions(options), { message })
    t.end()
  })
}

void test('all options that there are', (t) => {
  const beside = { handles: {} }
  checkMemoryOptions({ ...fine, hugePages: '1G', slot: false, mapped: false, twoMemories: true, beside })
  checkMemoryOptions({ ...fine, hugePages: undefined, slot: undefined })
  t.end()
})
