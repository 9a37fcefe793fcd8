import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { patchsetHash } from '../../../../harness/kernel/proof/series-proof.ts'

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
