// One text for several streams.
import { Writable } from 'node:stream'
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import type { SinkFactory } from '../../../../harness/report/sinks.ts'
import { sharedText } from '../../../../harness/report/tap/shared-text.ts'

const options = { isTty: false, directory: 'results' }
const event: ReportEvent = { type: 'vm-lost', reason: 'it died' }

/** A format that says how often it was asked, and waits for every second event. */
function counting(): { readonly factory: SinkFactory; readonly asked: () => number } {
  let asked = 0
  const factory: SinkFactory = (stream) => ({
    write() {
      asked += 1
      const text = `${asked}\n`
      if (asked % 2 === 1) return void stream.write(text)
      return Promise.resolve().then(() => void stream.write(text))
    },
    async close() {
      stream.write('end\n')
    },
  })
  return { factory, asked: () => asked }
}

function collector(): { readonly stream: Writable; readonly chunks: string[] } {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) chunks.push(chunk.toString())
      done()
    },
  })
  return { stream, chunks }
}

void test('each stream gets the text, which is made once, as soon as there is some', async (t) => {
  const { factory, asked } = counting()
  const shared = sharedText(factory)
  const [a, b] = [collector(), collector()]
  const sinks = [shared(a.stream, options), shared(b.stream, options)]
  for (const expected of ['1\n', '2\n', '3\n']) {
    // The same event may come again.
    await Promise.all(sinks.map(async (sink) => sink.write(event)))
    t.strictSame([a.chunks.at(-1), b.chunks.at(-1)], [expected, expected])
  }
  await Promise.all(sinks.map((sink) => sink.close()))
  t.equal(asked(), 3)
  t.strictSame(a.chunks, ['1\n', '2\n', '3\n', 'end\n'])
  t.strictSame(b.chunks, a.chunks)
})

void test('a stream that breaks does not end the others', async (t) => {
  const shared = sharedText(counting().factory)
  const [good, bad] = [collector(), new Writable()]
  const [first, second] = [shared(bad, options), shared(good.stream, options)]
  const closed = new Promise((resolve) => bad.once('close', resolve))
  bad.destroy(new Error('EPIPE'))
  await closed
  t.throws(() => first.write(event), { message: 'EPIPE' })
  await second.write(event)
  await second.close()
  t.strictSame(good.chunks, ['1\n', 'end\n'])
})

void test('the text of a run that is over is written in large pieces', async (t) => {
  const { stream, chunks } = collector()
  const sink = sharedText(counting().factory)(stream, { ...options, isStored: true })
  for (let count = 0; count < 5; count += 1) await sink.write(event)
  t.strictSame(chunks, [])
  await sink.close()
  t.strictSame(chunks, ['1\n2\n3\n4\n5\nend\n'])
})
