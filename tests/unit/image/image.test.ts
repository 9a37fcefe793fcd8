// The image as a whole: made of this computer's packages, kept, and secret.
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import ssh2 from 'ssh2'
import { test } from 'tap'
import { provideGuestImage } from '../../../harness/image/image.ts'
import { run } from '../../../harness/process/run-program.ts'

const signal = new AbortController().signal

void test('an image is made once, its secrets are for their owner alone', async (t) => {
  const options = { cache: t.testdir({}), signal }
  const image = await provideGuestImage(options)
  t.same(await provideGuestImage(options), image)
  for (const file of [image.initramfs, image.userKey]) t.equal((await stat(file)).mode & 0o777, 0o600)
  t.equal((await stat(path.dirname(image.userKey))).mode & 0o777, 0o700)

  const listing = await run('busybox', ['cpio', '-t'], {
    signal,
    timeout: 10_000,
    input: await readFile(image.initramfs),
  })
  const names = listing.stdout.split('\n')
  for (const name of ['init', 'bin/busybox', 'sbin/dropbear', 'lib64/ld-linux-x86-64.so.2', 'dev/kmsg']) {
    t.ok(names.includes(name), name)
  }
  const key = ssh2.utils.parseKey(await readFile(image.userKey))
  t.notOk(key instanceof Error)
})

void test('another cache has other keys', async (t) => {
  const one = await provideGuestImage({ cache: t.testdir({ one: {} }), signal })
  const two = await provideGuestImage({ cache: path.join(t.testdirName, 'two'), signal })
  t.notSame(one.hostKey, two.hostKey)
})
