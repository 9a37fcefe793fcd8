import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { Collector } from '../../../../harness/campaigns/coverage/collector.ts'
import { countedObject } from '../../../../harness/campaigns/coverage/counter-stream.ts'
import type { LineCounts } from '../../../../harness/campaigns/coverage/line-counts.ts'
import type { Notes } from '../../../../harness/campaigns/coverage/notes.ts'
import type { SshSession } from '../../../../harness/ssh/session.ts'
import { plainProfile } from '../../../../harness/vm/profile.ts'
import { fakeInstance } from '../../fixtures/run/fake-instance.ts'
import { fine, named } from '../../fixtures/run/run.ts'

/** What an instance says to a command. */
interface Answer {
  readonly stdout: Buffer
  readonly stderr: string
}

const { signal } = new AbortController()

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, index * 4)
  return buffer
}

const [version, stamp] = [0x4232322a, 5]
const object = countedObject('mm/a', words(0x67636e6f, version, stamp))

/** The counters of an object with two arcs: as many runs of its lines 10 and 20. */
function counters(first: number, second: number): Answer {
  const stream = words(0x67636461, version, stamp, 0, 0x01a10000, 16, first, 0, second, 0)
  return { stdout: gzipSync(stream), stderr: '' }
}

/** Does what gcov does, for objects of two lines. */
const notes: Notes = {
  objects: [object],
  async count(all) {
    return new Map(
      [...all].map(([name, content]): [string, LineCounts] => {
        const lines = new Map([
          [10, content.readUInt32LE(24)],
          [20, content.readUInt32LE(32)],
        ])
        return [name, new Map([['mm/a.c', lines]])]
      }),
    )
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

/** Runs tests in one instance that gives these answers, and then lets the instance go. */
async function run(names: readonly string[], answers: readonly Answer[]): ReturnType<Collector['finish']> {
  const collector = new Collector(notes, signal)
  const left = [...answers]
  const session: Partial<SshSession> = {
    async exec(_command, { onOutput }) {
      const { stdout = Buffer.alloc(0), stderr = '' } = left.shift() ?? {}
      onOutput?.('stdout', stdout)
      if (stderr !== '') onOutput?.('stderr', Buffer.from(stderr))
      return { exitCode: 0, signal: undefined, stdout: '', stderr: '' }
    },
  }
  const source = collector.watching({ next: async () => (await fakeInstance({ session })).instance })
  {
    await using instance = await source.next(plainProfile, { signal, worker: 0 })
    for (const name of names) await collector.following(named(name, fine)).prepare?.(instance, signal)
  }
  return await collector.finish()
}

void test('a line belongs to the test before the reading, and to the boot before the first', async (t) => {
  const { counts, reached, lost } = await run(['first', 'second'], [counters(1, 0), counters(1, 2), counters(3, 2)])
  t.same(
    counts.get('mm/a.c'),
    new Map([
      [10, 3],
      [20, 2],
    ]),
  )
  t.same(reached.get('boot'), new Map([['mm/a.c', new Set([10])]]))
  t.same(reached.get('first'), new Map([['mm/a.c', new Set([20])]]))
  t.same(reached.get('second'), new Map([['mm/a.c', new Set([10])]]))
  t.same(lost, [])
})

void test('an instance that does not answer at its end loses the counters of its last test, which is told', async (t) => {
  const { counts, lost } = await run(['first'], [counters(1, 0), { stdout: Buffer.from('x'), stderr: '' }])
  t.same(
    counts.get('mm/a.c'),
    new Map([
      [10, 1],
      [20, 0],
    ]),
  )
  t.match(lost, [/^the counters of first are missing: .*no whole gzip/])
})

for (const [what, answer, message] of [
  ['an error of the kernel', { stdout: Buffer.alloc(0), stderr: 'cat: no such file' }, /it said "cat: no such file"/],
  ['a flood', { stdout: Buffer.alloc(2 ** 23 + 1), stderr: '' }, /more than 8388608 bytes/],
  ['a bomb of gzip', { stdout: gzipSync(Buffer.alloc(2 ** 26 + 1)), stderr: '' }, /no whole gzip of a usual size/],
  ['counters of another build', { stdout: gzipSync(words(0x67636461, version, 6, 0)), stderr: '' }, /another build/],
] as const) {
  void test(`${what} fails the test that follows`, async (t) => {
    await t.rejects(run(['first'], [answer]), { code: 'COUNTERS_REFUSED', message })
  })
}
