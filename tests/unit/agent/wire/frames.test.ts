import { test } from 'tap'
import { encodeFrame, FrameReader } from '../../../../harness/agent/wire/frames.ts'
import { headerSize, maximumFrame } from '../../../../harness/agent/wire/protocol.ts'

const header = { sequence: 7, operation: 12, process: 3, status: 0, errno: 11 }

void test('a frame survives the wire, in pieces of any size', (t) => {
  const frame = encodeFrame(header, [1n, 0xffff_ffff_ffff_ffffn], Buffer.from('tail'))
  t.equal(frame.length, headerSize + 16 + 4)
  for (const size of [1, 5, 23, 24, 25, frame.length]) {
    const reader = new FrameReader()
    const found = []
    for (let at = 0; at < frame.length; at += size) found.push(...reader.push(frame.subarray(at, at + size)))
    t.equal(found.length, 1, `in pieces of ${size}`)
    t.match(found[0], header)
    t.equal(found[0]?.body.readBigUInt64LE(8), 0xffff_ffff_ffff_ffffn)
    t.equal(found[0]?.body.subarray(16).toString(), 'tail')
    t.equal(reader.pending, 0)
  }
  t.end()
})

void test('two frames in one piece are two frames', (t) => {
  const frame = encodeFrame(header, [1n], Buffer.alloc(0))
  const reader = new FrameReader()
  t.equal(reader.push(Buffer.concat([frame, frame, frame.subarray(0, 10)])).length, 2)
  t.equal(reader.pending, 10)
  t.end()
})

void test('what cannot be a frame is garbage, and the message shows it', (t) => {
  const text = Buffer.from('bash: /tmp/agent: Permission denied\n')
  t.throws(() => new FrameReader().push(text), { code: 'AGENT_GARBAGE', message: /Permission denied/ })
  for (const length of [headerSize - 1, maximumFrame + 1]) {
    const frame = encodeFrame(header, [], Buffer.alloc(0))
    frame.writeUInt32LE(length, 4)
    t.throws(() => new FrameReader().push(frame), { code: 'AGENT_GARBAGE' }, `a length of ${length}`)
  }
  t.end()
})

void test('a frame that is too big is not sent', (t) => {
  const tail = Buffer.alloc(maximumFrame - headerSize)
  t.equal(encodeFrame(header, [], tail).length, maximumFrame)
  t.throws(() => encodeFrame(header, [0n], tail), { code: 'AGENT_FRAME_TOO_BIG', message: /8388616 bytes/ })
  t.end()
})
