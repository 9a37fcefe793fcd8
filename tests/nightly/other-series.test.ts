// The kernel of a stranger: patches as `git format-patch` writes them, on a source that only another suite of Debian has.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, pointsOf } from '../vm/fixtures/command.ts'

/** No fragment of our series, and no dialect. */
function definition(source: string): string {
  return `description: two patches on ${source}
source: {debian: ${source}, suite: trixie-backports}
series: [${inProject('tests/nightly/fixtures/two-patches')}]
fragments: [base, health, debug-info, gup-test, hugetlb]
`
}

void test('a folder of mails on linux-source-7.2 is built, and its dialect found', async (t) => {
  const place = t.testdir()
  const kernel = path.join(place, 'two-patches.yaml')
  await writeFile(kernel, definition('linux-source-7.2'))

  const scenarios = inProject('tests/nightly/fixtures/scenarios')
  const own = await gmemtest('run', '--kernel', kernel, '--output', path.join(place, 'own'), '--scenarios', scenarios)
    .ended
  t.equal(own.exitCode, 0, own.stderr)
  t.strictSame(pointsOf(own.stdout), ['ok the-series-is-in-the-kernel'])

  const ours = await gmemtest('run', '--kernel', kernel, '--output', path.join(place, 'ours'), 'vm-attributes/').ended
  t.equal(ours.exitCode, 0, ours.stderr)
  t.match(ours.stderr, /the kernel speaks vm-attributes: /)
  t.match(pointsOf(ours.stdout), /ok vm-attributes-choose-the-memory/)
})
