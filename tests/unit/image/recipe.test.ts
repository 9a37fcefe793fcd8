// The content of the image: the same ingredients give the same bytes, secrets are for root alone.
import { test } from 'tap'
import { cpioArchive } from '../../../harness/image/cpio.ts'
import { imageEntries, type ImageIngredients } from '../../../harness/image/recipe.ts'

function ingredients(hostKey = 'secret'): ImageIngredients {
  return {
    init: Buffer.from('init'),
    busybox: Buffer.from('busybox'),
    dropbear: Buffer.from('dropbear'),
    libraries: new Map([
      ['/lib/x86_64-linux-gnu/libc.so.6', Buffer.from('libc')],
      ['/lib64/ld-linux-x86-64.so.2', Buffer.from('loader')],
    ]),
    profile: '',
    hostKey: Buffer.from(hostKey),
    userKeyLine: 'ssh-ed25519 AAAA test',
  }
}

void test('the same ingredients make the same image, byte for byte', (t) => {
  t.same(cpioArchive(imageEntries(ingredients())), cpioArchive(imageEntries(ingredients())))
  t.end()
})

void test('other keys change nothing but the keys', (t) => {
  const one = imageEntries(ingredients('one'))
  const two = imageEntries(ingredients('two'))
  const different = one.filter((entry, index) => JSON.stringify(entry) !== JSON.stringify(two[index]))
  t.same(
    different.map((entry) => entry.path),
    ['etc/dropbear/host_key'],
  )
  t.end()
})

void test('every file has its directory, and the keys are for root alone', (t) => {
  const entries = imageEntries(ingredients())
  const directories = new Set(entries.filter((entry) => entry.type === 'directory').map((entry) => entry.path))
  for (const { path } of entries) {
    const parent = path.split('/').slice(0, -1).join('/')
    t.ok(parent === '' || directories.has(parent), path)
  }
  const modes = new Map(entries.map((entry) => [entry.path, 'mode' in entry ? entry.mode : undefined]))
  t.equal(modes.get('root/.ssh'), 0o700)
  t.equal(modes.get('root/.ssh/authorized_keys'), 0o600)
  t.equal(modes.get('etc/dropbear/host_key'), 0o600)
  t.end()
})
