// The journal of an agent: what it keeps, what it forgets, and what it shows.
import { test } from 'tap'
import { encodeRequest } from '../../../../harness/agent/wire/codec.ts'
import { Journal, lineOf, type SentRequest } from '../../../../harness/agent/wire/journal.ts'

const nothing = Buffer.alloc(0)

function reading(path: string): SentRequest {
  const words = encodeRequest('readFile', { offset: 0, size: 16 })
  return { name: 'readFile', process: 0, words, tail: Buffer.from(path), note: path }
}

const done = { errno: 0, words: [], tail: nothing } as const

void test('lines are rendered from requests and ends', (t) => {
  const journal = new Journal()
  journal.begin(reading('/a'))({ errno: 2, words: [], tail: nothing })
  journal.begin({ ...reading('/b'), process: 3 })({ failure: 'the child is gone' })
  journal.begin(reading('/c'))(undefined)
  journal.begin(reading('/d'))
  t.strictSame(journal.lines, [
    'readFile(offset 0x0, size 0x10, /a) = ENOENT',
    'child 3: readFile(offset 0x0, size 0x10, /b): the child is gone',
    'readFile(offset 0x0, size 0x10, /c) = no answer',
    'readFile(offset 0x0, size 0x10, /d) = no answer',
  ])
  t.end()
})

void test('the operations since a point have their words and bytes', (t) => {
  const journal = new Journal()
  for (const path of ['/marker', '/old', '/marker', '/new']) journal.begin(reading(path))(done)
  const open = journal.begin(reading('/open'))
  const { operations, isCut } = journal.since(({ tail }) => tail.toString() === '/marker')
  t.strictSame(
    operations.map(({ request }) => request.note),
    ['/new', '/open'],
  )
  t.equal(isCut, false)
  t.equal(operations.at(-1)?.end, undefined)
  t.strictSame(operations[0]?.request.words, [0n, 16n])
  t.equal(lineOf(open(done)), 'readFile(offset 0x0, size 0x10, /open) = OK')
  t.equal(journal.since(() => false).operations.length, 5)
  t.end()
})

function isMarker({ note }: SentRequest): boolean {
  return note === '/marker'
}

void test('a journal is limited, and tells so', (t) => {
  const journal = new Journal()
  journal.begin(reading('/marker'))(done)
  for (let round = 0; round < 5; round += 1) {
    journal.begin({ ...reading('/large'), tail: Buffer.alloc(4 * 2 ** 20) })(done)
  }
  t.equal(journal.since(isMarker).isCut, true, 'of 20 MiB, not all are kept')
  t.equal(journal.since(() => false).operations.length, 4)
  for (let round = 0; round < 20_001; round += 1) journal.begin(reading('/small'))(done)
  t.equal(journal.since(() => false).operations.length, 20_000)
  t.equal(journal.lines.length, 100)
  journal.begin(reading('/marker'))(done)
  t.equal(journal.since(isMarker).isCut, false, 'what is missing came before')
  t.end()
})
