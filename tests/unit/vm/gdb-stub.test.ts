// The gdb stub: a socket that only this user reaches, gone with the stub; trouble is told in QEMU's words.
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { test, type Test } from 'tap'
import { openGdbStub } from '../../../harness/vm/gdb-stub.ts'
import { fakeQmp, refusal, type FakeQmp } from './fixtures/fake-qmp.ts'

const options = { signal: new AbortController().signal, timeout: 1000 }

const before = process.env['TMPDIR']

function useTemporary(t: Test, directory: string): void {
  process.env['TMPDIR'] = directory
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
}

/** A monitor that reads its line as QEMU's does, and makes the socket. */
function listening(): FakeQmp {
  return fakeQmp((line) => {
    const [, quoted = ''] = /^gdbserver "unix:(.*),server=on,wait=off"$/.exec(line) ?? []
    writeFileSync(quoted.replaceAll(/\\(.)/g, '$1').replaceAll(',,', ','), '')
    return "Waiting for gdb connection on device 'unix:…'\r\n"
  })
}

for (const name of ['plain', 'with blank', 'a,b', 'a"b', String.raw`a\b`, "a'b"]) {
  void test(`a directory for temporary files named ${name}`, async (t) => {
    const temporary = path.join(t.testdir({}), name)
    await mkdir(temporary)
    useTemporary(t, temporary)
    const stub = await openGdbStub(listening().qmp, options)
    t.ok(stub.socket.startsWith(`${temporary}/`))
    t.ok(existsSync(stub.socket))
    t.equal(statSync(path.dirname(stub.socket)).mode & 0o777, 0o700)
    await stub[Symbol.asyncDispose]()
    t.strictSame(await readdir(temporary), [])
  })
}

for (const [what, answer, message] of [
  ['QEMU cannot listen', 'Could not open gdbserver on device\r\n', /^QEMU says: Could not open gdbserver on device$/],
  [
    'QEMU explains why it cannot listen',
    "UNIX socket path '/x' is too long\r\nPath must be less than 108 bytes\r\nCould not open gdbserver on device\r\n",
    /^QEMU says: UNIX socket path '\/x' is too long$/,
  ],
  ['QEMU refuses', refusal, /^QEMU refused it$/],
] as const) {
  void test(what, async (t) => {
    const temporary = t.testdir({})
    useTemporary(t, temporary)
    await t.rejects(openGdbStub(fakeQmp(() => answer).qmp, options), { code: 'GDB_STUB', message, hint: /TMPDIR/ })
    t.strictSame(await readdir(temporary), [])
  })
}

void test('no directory for temporary files', async (t) => {
  useTemporary(t, path.join(t.testdir({}), 'gone'))
  await t.rejects(openGdbStub(listening().qmp, options), { code: 'GDB_STUB', message: /ENOENT/ })
})
