// The steps of the Containerfile work in a fresh Debian 12, and then an ordinary user runs a scenario in it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { Chroot, readContainerfile } from './fixtures/containerfile.ts'
import { needRootAnd } from './fixtures/need.ts'

void test('an image without podman: all steps, and a run without root', async (t) => {
  needRootAnd({ debootstrap: 'debootstrap', unshare: 'util-linux' })
  const directory = t.testdir()
  const root = path.join(directory, 'root')
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root], { stdio: ['ignore', 'ignore', 'inherit'] })
  // linux-source-6.12 is among the security updates.
  const security = 'deb http://deb.debian.org/debian-security bookworm-security main'
  execFileSync('sh', ['-c', `echo '${security}' >>"$0/etc/apt/sources.list"`, root])
  const context = path.join(directory, 'context')
  mkdirSync(context)
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${inProject()}`, context])
  const image = new Chroot(root)
  for (const step of readContainerfile(readFileSync(inProject('docs/ci/Containerfile'), 'utf8'))) {
    t.comment(`${step.word} ${step.rest}`)
    image.do(step, context)
  }
  t.equal(image.run('id -u').trim(), '1000')
  const tap = image.enter(['run', 'capabilities-are-reported', '--output', '/results/run'])
  t.match(tap, /^ok 1 - capabilities-are-reported/m)
})
