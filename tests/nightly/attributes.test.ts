// All scenarios on the kernel that converts by attributes of the file, and what it says when that is switched off.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, pointsOf, unfolded } from '../vm/fixtures/command.ts'

/** Those that are not about huge pages. */
const leastThatRun = 110

void test('each scenario passes on gmem-attributes, or is about huge pages', async (t) => {
  const ran = await gmemtest('run', '--kernel', 'gmem-attributes', '--isolation', 'none', '--output', t.testdir()).ended
  t.equal(ran.exitCode, 0, ran.stderr)
  const failed = pointsOf(ran.stdout).filter((point) => point.startsWith('not ok'))
  t.strictSame(failed, [])
  const skipped = ran.stdout.match(/^ok .* # SKIP/gm)?.length ?? 0
  t.ok(pointsOf(ran.stdout).length - skipped >= leastThatRun, `${skipped} skipped`)
})

void test('random sequences do on gmem-attributes what the model does', async (t) => {
  const ran = await gmemtest('fuzz', '--kernel', 'gmem-attributes', '--runs', '2000', '--output', t.testdir()).ended
  t.equal(ran.exitCode, 0, ran.stdout + ran.stderr)
  t.match(ran.stderr, /^gmemtest: 2000 sequences of .* findings: 0$/m)
})

void test('conversion that is switched off is one error, which names the parameter of the kernel', async (t) => {
  const place = t.testdir()
  const off = ['run', 'contents-survive', 'initially', '--append', 'kvm.gmem_in_place_conversion=0'] as const
  const named = path.join(place, 'named')
  const ran = await gmemtest(...off, '--kernel', 'gmem-attributes', '--output', named).ended
  t.equal(ran.exitCode, 1)
  t.strictSame(pointsOf(ran.stdout), ['not ok contents-survive-conversion'])
  t.match(unfolded(ran.stdout), /verdict: ERROR/)
  t.match(unfolded(ran.stdout), /\/sys\/module\/kvm\/parameters\/gmem_in_place_conversion is N/)

  const text = await readFile(inProject('kernel-configs/kernels/gmem-attributes.yaml'), 'utf8')
  const kernel = path.join(place, 'mine.yaml')
  await writeFile(kernel, text.replace(/^dialect: .*\n/m, ''))
  const open = await gmemtest(...off, '--kernel', kernel, '--output', path.join(place, 'open')).ended
  t.equal(open.exitCode, 1)
  t.strictSame(pointsOf(open.stdout), ['not ok contents-survive-conversion'])
  t.match(open.stderr, /the kernel speaks no dialect of gmemtest: convert-ioctl: .*gmem_in_place_conversion is N/)
})
