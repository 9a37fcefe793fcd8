import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { sha256OfFile } from '../../../harness/kernel/files.ts'
import { patchsetHash } from '../../../harness/kernel/provenance.ts'
import { provideKernel } from '../../../harness/kernel/provide.ts'
import { gmemPatch, miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

void test('the command lines to repeat a build by hand make the same vmlinux, byte for byte', async (t) => {
  const directory = t.testdir()
  const patches = { '0001-b.patch': gmemPatch(), '0002-c.patch': gmemPatch('20', '30') }
  const definition = await miniDefinition(directory, { patches })
  const kernel = await provideKernel(definition, recordingContext(path.join(directory, 'cache')))
  const byHand = path.join(directory, 'by-hand')
  await mkdir(byHand)
  await writeFile(path.join(byHand, 'repeat.sh'), kernel.provenance.repeat.join('\n'))
  execFileSync('sh', ['-eu', 'repeat.sh'], { cwd: byHand, stdio: 'pipe' })
  const vmlinux = path.join(byHand, 'linux/gmemtest-objects/vmlinux')
  t.equal(await sha256OfFile(vmlinux), await sha256OfFile(kernel.vmlinuxDebug))
  t.equal(
    await readFile(path.join(byHand, 'linux/gmemtest-objects/.config'), 'utf8'),
    await readFile(kernel.config, 'utf8'),
  )
})

void test("KCIDB's patchset_hash", (t) => {
  const directory = t.testdir({ 'a.patch': 'a\n', 'b.patch': 'b\n' })
  const wanted = execFileSync('sh', ['-c', 'sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64'], {
    cwd: directory,
  })
  const hashes = execFileSync('sh', ['-c', 'sha256sum *.patch | cut -c-64'], {
    cwd: directory,
    encoding: 'utf8',
  })
  t.equal(patchsetHash(hashes.trim().split('\n')), wanted.toString().trim())
  t.equal(patchsetHash([]), '')
  t.end()
})
