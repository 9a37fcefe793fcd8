import { test } from 'tap'
import { ProtocolError } from '../../../../harness/base/errors.ts'
import { answerTo, exchange, scripted, type Script } from '../fixtures/scripted.ts'

async function failureOf(script: Script, milliseconds?: number): Promise<Error> {
  try {
    await script.connection.exchange(exchange(milliseconds))
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the exchange did not fail')
}

const badDays: Record<string, { readonly script: () => Script; readonly code: string; readonly says: RegExp }> = {
  'text instead of an answer': {
    script: () => scripted((_frame, far) => far.write('Segmentation fault, core not dumped\n')),
    code: 'AGENT_GARBAGE',
    says: /garbage instead of an answer: "Segmentation fault.*in convert\(gmem#3, private\)/,
  },
  'the end instead of an answer': {
    script: () => scripted((_frame, far) => far.end()),
    code: 'AGENT_DIED',
    says: /died during convert\(gmem#3, private\)$/,
  },
  'the end within an answer': {
    script: () => scripted((frame, far) => far.end(answerTo(frame, [1n]).subarray(0, 30))),
    code: 'AGENT_DIED',
    says: /after 30 bytes of an unfinished answer/,
  },
  'the answer to another request': {
    script: () => scripted((frame, far) => far.write(answerTo({ ...frame, sequence: 99 }))),
    code: 'AGENT_OUT_OF_SEQUENCE',
    says: /received answer number 99, expected number 1/,
  },
  'no answer at all': {
    script: () => scripted(() => undefined),
    code: 'AGENT_STUCK',
    says: /has not answered for 0\.1 s to convert\(gmem#3, private\)/,
  },
}

for (const [name, { script, code, says }] of Object.entries(badDays)) {
  void test(`a bad day: ${name}`, async (t) => {
    const started = script()
    const error = await failureOf(started, 100)
    t.ok(error instanceof ProtocolError)
    t.match(error, { code, message: says })
    t.equal(await failureOf(started), error, 'a later request fails at once, for the same reason')
  })
}

void test('two answers to one request: the second has no request', async (t) => {
  const script = scripted((frame, far) => {
    far.write(answerTo(frame))
    far.write(answerTo(frame))
  })
  await script.connection.exchange(exchange())
  t.match(await failureOf(script), { code: 'AGENT_OUT_OF_SEQUENCE' })
})

void test('requests wait for each other, in order', async (t) => {
  const order: number[] = []
  const script = scripted((frame, far) => {
    order.push(frame.sequence)
    setTimeout(() => far.write(answerTo(frame)), 5)
  })
  const answers = await Promise.all([1, 2, 3].map(() => script.connection.exchange(exchange())))
  t.same(
    answers.map((frame) => frame.sequence),
    [1, 2, 3],
  )
  t.same(order, [1, 2, 3])
})

void test('an abort fails what is waiting, with its own reason', async (t) => {
  const controller = new AbortController()
  const script = scripted(() => undefined, controller.signal)
  const failure = failureOf(script)
  const reason = new Error('Ctrl+C')
  controller.abort(reason)
  t.equal(await failure, reason)
})

void test('a closed connection says so', async (t) => {
  const script = scripted((frame, far) => far.write(answerTo(frame)))
  await script.connection[Symbol.asyncDispose]()
  t.match(await failureOf(script), { code: 'AGENT_CLOSED' })
})

void test('what has no answer is known, also when the conversation is over', async (t) => {
  const silent = scripted((frame, far) => {
    if (frame.sequence === 1) far.write(answerTo(frame))
  })
  t.strictSame(silent.connection.unanswered, { operation: undefined, answers: 0 })
  await silent.connection.exchange(exchange())
  t.strictSame(silent.connection.unanswered, { operation: undefined, answers: 1 })
  t.match(await failureOf(silent, 100), { code: 'AGENT_STUCK' })
  t.strictSame(silent.connection.unanswered, { operation: 'convert(gmem#3, private)', answers: 1 })
})

void test('an agent that dies between two requests died after the first one', async (t) => {
  const script = scripted((frame, far) => far.end(answerTo(frame)))
  await script.connection.exchange(exchange())
  t.match(await failureOf(script), { code: 'AGENT_DIED', message: /^the agent died after convert/ })
})

const exits: readonly (readonly [what: string, play: (script: Script) => void, signal: string | undefined])[] = [
  ['a signal with a name', ({ near }) => void near.emit('exit', null, 'SIGSEGV'), 'SEGV'],
  ['SIGKILL', ({ near }) => void near.emit('exit', null, 'SIGKILL'), 'KILL'],
  ['the exit code of a shell for SIGBUS', ({ near }) => void near.emit('exit', 135), 'BUS'],
  [
    'SIGBUS, for which ssh has no name',
    ({ errors }) => void errors.write('agent: SIGBUS outside of a guarded access\n'),
    'BUS',
  ],
  ['a signal of its own making', ({ near }) => void near.emit('exit', null, 'SIGABRT'), undefined],
  ['a signal of the harness', ({ near }) => void near.emit('exit', null, 'SIGHUP'), undefined],
  ['an exit code', ({ near }) => void near.emit('exit', 2), undefined],
  [
    'words that only look alike',
    ({ errors }) => void errors.write('the agent: SIGBUS outside of a guarded access?\n'),
    undefined,
  ],
  ['nothing', () => undefined, undefined],
]

for (const [what, play, signal] of exits) {
  void test(`the end of an agent by ${what}: ${signal ?? 'no deadly signal'}`, async (t) => {
    const script = scripted((_frame, far) => far.end())
    play(script)
    await failureOf(script)
    t.equal(script.connection.deadlySignal, signal)
  })
}
