// Both sides must be able to read the keys: ssh2 the OpenSSH form, dropbear its own.
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import ssh2 from 'ssh2'
import { test } from 'tap'
import { makeSshKeyPair } from '../../../harness/image/keys.ts'
import { run } from '../../../harness/process/run-program.ts'

void test('ssh2 reads the private key, and it fits the public one', (t) => {
  const pair = makeSshKeyPair()
  const parsed = ssh2.utils.parseKey(pair.openssh)
  if (parsed instanceof Error) throw parsed
  t.equal(parsed.type, 'ssh-ed25519')
  t.same(parsed.getPublicSSH(), pair.publicKey)
  t.equal(pair.publicLine.split(' ')[1], pair.publicKey.toString('base64'))
  t.end()
})

void test('dropbear reads its form of the same key', async (t) => {
  const pair = makeSshKeyPair()
  const file = path.join(t.testdir({}), 'host_key')
  await writeFile(file, pair.dropbear)
  await chmod(file, 0o600)
  const limits = { signal: new AbortController().signal, timeout: 10_000 }
  const shown = await run('dropbearkey', ['-y', '-f', file], limits)
  t.match(shown.stdout, pair.publicKey.toString('base64'))
})

void test('no two pairs are the same', (t) => {
  t.not(makeSshKeyPair().openssh, makeSshKeyPair().openssh)
  t.end()
})
