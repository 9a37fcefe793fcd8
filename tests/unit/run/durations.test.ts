// What is remembered of how long scenarios took; nothing of it may ever fail a run.
import { chmod, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { readDurations, rememberDurations } from '../../../harness/run/durations.ts'

const of = { definition: { name: 'gmem-convert' }, accelerator: { name: 'tcg' } } as const

void test('what was remembered is read again, for the same kernel and accelerator', async (t) => {
  const cache = t.testdir({})
  t.strictSame(await readDurations(cache, of), new Map())
  await rememberDurations(cache, of, new Map([['a', 12.5]]))
  t.strictSame(await readDurations(cache, of), new Map([['a', 12.5]]))
  t.strictSame(await readDurations(cache, { ...of, accelerator: { name: 'kvm' } }), new Map())
  t.strictSame(await readdir(path.join(cache, 'durations')), ['gmem-convert-tcg.json'])
})

void test('what makes no sense is left out', async (t) => {
  const cache = t.testdir({ durations: {} })
  for (const [content, found] of [
    ['', []],
    ['{"a": 1', []],
    ['null', []],
    ['{"a": 1, "b": "2", "c": null}', [['a', 1]]],
  ] as const) {
    await writeFile(path.join(cache, 'durations', 'gmem-convert-tcg.json'), content)
    t.strictSame([...(await readDurations(cache, of))], found)
  }
})

void test('a cache that cannot be written', async (t) => {
  const cache = path.join(t.testdir({ file: '' }), 'file')
  await chmod(cache, 0o400)
  await t.resolves(rememberDurations(cache, of, new Map([['a', 1]])))
})
