// b4 and the archive, played by a program in PATH.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import { readParts } from '../../../../harness/kernel/series.ts'
import { gmemPatch, recordingContext } from '../fixtures/mini-tree.ts'

/** Puts a b4 into PATH, or none. */
function withB4(t: Test, script: string | undefined): void {
  const before = process.env['PATH']
  t.teardown(() => void (process.env['PATH'] = before))
  const programs = path.join(t.testdirName, 'bin')
  mkdirSync(programs, { recursive: true })
  if (script === undefined) {
    process.env['PATH'] = programs
    return
  }
  writeFileSync(path.join(programs, 'b4'), `#!/bin/sh\n${script}\n`)
  chmodSync(path.join(programs, 'b4'), 0o755)
  process.env['PATH'] = `${programs}:${before}`
}

const id = 'a-1@example.org'
const part = { kind: 'mail', name: `<${id}>`, messageId: id } as const

for (const [what, script, found] of [
  [
    'no b4',
    undefined,
    { code: 'B4_MISSING', hint: /apt-get install b4; or save the mails .*curl -fL .*a-1@example\.org.*series\.mbox/ },
  ],
  [
    'no network',
    `echo "ConnectionError: (Caused by NewConnectionError('x: Failed: [Errno -2] Name or service not known'))" >&2; exit 1`,
    {
      code: 'SERIES_UNREACHABLE',
      message: /<a-1@example\.org>: Name or service not known$/,
      hint: /curl .*then use \.\/series\.mbox/,
    },
  ],
  [
    'no network, in a chain of traces',
    `printf '%s\\n' 'gaierror: [Errno -2] Name or service not known' '' 'Traceback (most recent call last):' 'requests.x'; exit 1`,
    { code: 'SERIES_UNREACHABLE', message: /<a-1@example\.org>: Name or service not known$/ },
  ],
  [
    'a proxy that refuses',
    `echo "ProxyError: OSError('Tunnel connection failed: 403 Forbidden')" >&2; exit 1`,
    { code: 'SERIES_UNREACHABLE', message: /403 Forbidden$/ },
  ],
  [
    'no such mail',
    'echo "That message-id is not known."; exit 0',
    { code: 'MESSAGE_UNKNOWN', message: /no mail <a-1@example\.org>/, hint: /lore\.kernel\.org/ },
  ],
  ['an empty thread', 'for last; do :; done; : > "$4/thread.mbox"; exit 0', { code: 'SERIES_UNREACHABLE' }],
] as const) {
  void test(`refused, with the next step: ${what}`, async (t) => {
    const directory = t.testdir({})
    withB4(t, script)
    await t.rejects(readParts([part], recordingContext(path.join(directory, 'cache'))), found)
  })
}

void test('a thread is fetched once, until a refresh; an incomplete one is fetched again', async (t) => {
  const directory = t.testdir({
    thread: gmemPatch().replace('[PATCH]', '[PATCH 1/2]').replace('\nFrom: ', `\nMessage-ID: <${id}>\nFrom: `),
  })
  const [count, thread] = [path.join(directory, 'count'), path.join(directory, 'thread')]
  withB4(t, `echo x >> ${count}; cp ${thread} "$4/thread.mbx"`)
  const context = recordingContext(path.join(directory, 'cache'))
  const calls = (): number => readFileSync(count, 'utf8').length / 2
  await t.rejects(readParts([part], context), { code: 'SERIES_INCOMPLETE', message: /lacks 2\/2/ })
  writeFileSync(thread, gmemPatch().replace('\nFrom: ', `\nMessage-ID: <${id}>\nFrom: `))
  const [first] = await readParts([part], context)
  t.match(first, { patches: [{ messageId: id }] })
  await readParts([part], context)
  t.equal(calls(), 2)
  await readParts([part], { ...context, refresh: true })
  t.equal(calls(), 3)
})
