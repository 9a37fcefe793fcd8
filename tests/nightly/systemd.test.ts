// systemd accepts the units of the nightly, in the place where README.md puts them.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'

void test('systemd-analyze has nothing to say about the units', async (t) => {
  const directory = t.testdir()
  const units = ['gmemtest.service', 'gmemtest.timer'].map((name) => {
    const text = readFileSync(inProject('docs/ci/systemd', name), 'utf8')
    const file = path.join(directory, name)
    // The service names a script that must exist.
    writeFileSync(file, text.replaceAll('/opt/gmemtest', inProject()))
    return file
  })
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })
  t.equal(stderr, '')
  t.equal(status, 0)
})
