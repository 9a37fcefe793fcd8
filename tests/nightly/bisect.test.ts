// A series with one bad patch: bisect names the patch, and walk is red from there on. Each kernel is built from the objects of
// the one before.
import { mkdir, copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test, type Test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, pointsOf, unfolded } from '../vm/fixtures/command.ts'

const mutant = 'error-offset-is-start'
const killer = 'pinned-page-refuses'
/** A program of gmemtest fuzz that shows the mutant. */
const program = `version: 1
pageSize: 4K
pages: 24
initially: shared
steps:
  - { do: pin, first: 12, count: 1, mapping: 0, method: vmsplice }
  - { do: convert, to: private, offset: 4096, size: 94208, errorOffset: 0, descriptor: 0 }
`

/** The number of patches of gmem-convert: the good state has all of them. */
async function patchesOfSeries(): Promise<number> {
  const names = await readdir(inProject('kernel-configs/series/gmem-convert'))
  return names.filter((name) => name.endsWith('.patch')).length
}

/** A patch that adds a comment to the file of the mutant, before the line that is its second one. */
function comment(text: string, before: string): string {
  return [
    `Subject: [PATCH] ${text}`,
    '',
    '---',
    '--- a/virt/kvm/guest_memfd.c',
    '+++ b/virt/kvm/guest_memfd.c',
    '@@ -1,2 +1,3 @@',
    ' // SPDX-License-Identifier: GPL-2.0',
    `+/* ${text} */`,
    ` ${before}`,
    '',
  ].join('\n')
}

/** Makes a definition of gmem-convert with four more patches, the second of which is the mutant. */
async function place(t: Test): Promise<string> {
  const directory = t.testdir()
  const series = path.join(directory, 'more')
  await mkdir(series)
  await writeFile(path.join(series, '1-first.patch'), comment('first', '#include <linux/anon_inodes.h>'))
  await copyFile(
    inProject(`kernel-configs/series/gmem-convert/mutants/${mutant}.patch`),
    path.join(series, `2-${mutant}.patch`),
  )
  await writeFile(path.join(series, '3-third.patch'), comment('third', '/* first */'))
  await writeFile(path.join(series, '4-fourth.patch'), comment('fourth', '/* third */'))
  const text = await readFile(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  const kernel = path.join(directory, 'bad-patch.yaml')
  await writeFile(kernel, text.replace('  - gmem-convert\n', '  - gmem-convert\n  - ./more\n'))
  return kernel
}

void test('the bad patch is named, and each patch has a verdict', async (t) => {
  const kernel = await place(t)
  const results = path.join(path.dirname(kernel), 'results')
  const state = '2-error'
  const good = await patchesOfSeries()
  const found = await gmemtest('bisect', '--kernel', kernel, '--good', String(good), '--output', results, killer).ended
  t.equal(found.exitCode, 0, found.stderr)
  t.match(found.stdout, /^ok 1 - first-bad-patch: 2-error-offset-is-start\.patch: /m)
  t.match(found.stderr, / virt\/kvm\/guest_memfd\.c \| +\d+ [+-]+\n/)
  t.match(
    found.stderr,
    /it failed in 3 of 3 runs \(44 to 100 %\): with \d runs of each other kernel, the result has 9\d % confidence/,
  )
  t.match(await readFile(path.join(results, 'bisect.log'), 'utf8'), /^# first bad commit: \[[0-9a-f]{40}\] \S/m)
  for (const [, seconds = '0'] of found.stderr.matchAll(/ in (\d+) CPU-seconds$/gm))
    t.ok(Number(seconds) <= 60, seconds)

  const file = path.join(path.dirname(kernel), 'finding-1.yaml')
  await writeFile(file, program)
  const searched = await gmemtest('bisect', '--kernel', kernel, '--good', String(good), '--output', results, file).ended
  t.equal(searched.exitCode, 0, searched.stderr)
  t.match(searched.stdout, /^ok 1 - first-bad-patch: 2-error-offset-is-start\.patch: /m)

  const walk = ['walk', '--kernel', kernel, '--from', String(good + 1), '--to', state, '--output', results] as const
  const walked = await gmemtest(...walk, killer).ended
  t.equal(walked.exitCode, 1, walked.stderr)
  t.strictSame(pointsOf(walked.stdout), ['ok 1-first', `not ok 2-${mutant}`])
  t.match(unfolded(walked.stdout), /error_offset of converting pages 0\.\.7 to private: wanted/)
})
