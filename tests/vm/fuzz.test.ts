// `gmemtest fuzz` for real: a kernel that follows the rules has no finding, and a bug becomes a small program that replays.
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { run } from '../../harness/process/run-program.ts'
import { mutatedKernel } from './fixtures/mutated-kernel.ts'

const tenMinutes = 600_000
const runs = 60
const mutant = 'error-offset-not-refused'

async function fuzz(...args: readonly string[]): ReturnType<typeof run> {
  return await run(inProject('gmemtest'), ['fuzz', ...args], {
    signal: new AbortController().signal,
    timeout: tenMinutes,
  })
}

void test('random sequences do what the model does', async (t) => {
  const ran = await fuzz('--runs', String(runs), '--seed', '1', '--output', t.testdir())
  t.equal(ran.exitCode, 0, ran.stdout + ran.stderr)
  t.match(ran.stdout, /^ok 1 - fuzz-4K-1: random sequences on a file of 4K pages do what the model does # time=/m)
  t.match(ran.stderr, new RegExp(`^gmemtest: ${2 * runs} sequences of .* findings: 0$`, 'm'))
})

void test('a bug is found, shrunk and written to a file, which shows it on the kernel with the bug alone', async (t) => {
  const kernel = await mutatedKernel(t.testdir(), mutant)
  const directory = path.join(path.dirname(kernel), 'found')
  const ran = await fuzz('--kernel', kernel, '--page-size', '4K', '--runs', '100', '--seed', '1', '--output', directory)
  t.equal(ran.exitCode, 1, ran.stderr)
  t.match(ran.stdout, /^not ok 1 - fuzz-4K-1/m)
  t.match(ran.stdout, /problem: .*step 1 of 1, convert .*error_offset 0x\d+ to .*: errno: wanted EINVAL, found OK/)
  t.match(ran.stdout, /again: .*gmemtest fuzz --kernel .*mutated\.yaml --replay .*finding-1\.yaml/)
  const program = path.join(directory, 'finding-1.yaml')
  const replay = async (on: string): Promise<number | undefined> =>
    (await fuzz('--kernel', on, '--replay', program, '--output', path.join(directory, 'again'))).exitCode
  t.equal(await replay(kernel), 1)
  t.equal(await replay('gmem-convert'), 0)
})
