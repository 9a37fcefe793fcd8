// Dumps: enough space before, no half-written file after.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { bytes } from '../../../harness/base/units.ts'
import { dumpMemory } from '../../../harness/vm/dump-memory.ts'
import { fakeQmp, refusal } from './fixtures/fake-qmp.ts'

const memory = bytes(2 ** 30)
const { signal } = new AbortController()
const plenty = async (): Promise<number> => 2 ** 31

void test('QEMU writes the file, and its zeros take no space', async (t) => {
  const file = path.join(t.testdir({}), 'vmcore-a')
  const content = Buffer.concat([Buffer.from('ELF'), Buffer.alloc(2 ** 20)])
  let given: unknown
  const { qmp } = fakeQmp((_, args) => {
    given = args
    writeFileSync(file, content)
    return {}
  })
  await dumpMemory(qmp, file, { memory, signal, free: plenty })
  t.strictSame(given, { paging: false, protocol: `file:${file}`, format: 'elf' })
  t.ok(readFileSync(file).equals(content))
  t.ok(statSync(file).blocks * 512 < 2 ** 19)
})

void test('without space for all of the memory, no dump is started', async (t) => {
  const { qmp, asked } = fakeQmp(() => ({}))
  const dumping = dumpMemory(qmp, '/results/vmcore-a', { memory, signal, free: async () => 2 ** 30 })
  await t.rejects(dumping, {
    code: 'NO_SPACE',
    message: 'a memory dump may need 1056 MiB in /results, but 1024 MiB are free',
    hint: /--output/,
  })
  t.strictSame(asked, [])
})

void test('a dump that failed leaves no file', async (t) => {
  const file = path.join(t.testdir({}), 'vmcore-a')
  const { qmp } = fakeQmp(() => {
    writeFileSync(file, 'a part')
    return refusal
  })
  await t.rejects(dumpMemory(qmp, file, { memory, signal, free: plenty }), {
    code: 'DUMP_FAILED',
    message: 'cannot dump the memory of the instance: QEMU refused it',
  })
  t.notOk(existsSync(file))
})
