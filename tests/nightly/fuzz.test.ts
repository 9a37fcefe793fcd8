// Random sequences find bugs of the kernel by themselves, with programs of few steps. Seeds are fixed: the night decides about
// the search, not about luck.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { parseProgram } from '../../harness/campaigns/fuzz/program/program-yaml.ts'
import { gmemtest } from '../vm/fixtures/command.ts'
import { mutatedKernel } from '../vm/fixtures/mutated-kernel.ts'

const seed = '1'
/** Less than two quiet cores do within two minutes. */
const runs = { '4K': '1500', '2M': '200' } as const
const mostSteps = 6

const mutants = [
  ['punch-does-not-zap', '4K'],
  ['prefix-converted', '4K'],
  ['left-neighbour-wraps', '4K'],
  ['zap-one-page-short', '4K'],
  ['zap-of-what-fits', '4K'],
  ['error-offset-is-start', '4K'],
  ['error-offset-of-32-bits', '4K'],
  ['state-of-a-smaller-page', '4K'],
  ['slot-changed-in-place', '4K'],
  ['system-calls-read-private-pages', '4K'],
  ['merge-missing', '2M'],
  ['reservation-lost-at-punch', '2M'],
] as const

for (const [mutant, pageSize] of mutants) {
  void test(`${mutant} is found in files of ${pageSize} pages, with at most ${mostSteps} steps`, async (t) => {
    const kernel = await mutatedKernel(t.testdir(), mutant)
    const output = path.join(path.dirname(kernel), 'found')
    const args = ['--kernel', kernel, '--page-size', pageSize, '--runs', runs[pageSize], '--seed', seed]
    const ran = await gmemtest('fuzz', ...args, '--output', output).ended
    t.equal(ran.exitCode, 1, ran.stdout + ran.stderr)
    const file = path.join(output, 'finding-1.yaml')
    const { steps } = parseProgram(file, await readFile(file, 'utf8'))
    t.ok(steps.length <= mostSteps, ran.stdout)
  })
}

void test('a campaign goes on from the sequences of an earlier one that reached new code', async (t) => {
  const corpus = path.join(t.testdir(), 'corpus')
  const campaign = ['fuzz', '--kcov', '--page-size', '4K', '--runs', '200', '--seed', seed, '--corpus', corpus]
  const counts = []
  for (const number of [1, 2]) {
    const { exitCode, stderr } = await gmemtest(...campaign, '--output', path.join(t.testdirName, `${number}`)).ended
    t.equal(exitCode, 0, stderr)
    const told = /(\d+) basic blocks of KVM and of the series reached; (\d+) sequences were the first/.exec(stderr)
    counts.push({ blocks: Number(told?.[1]), kept: Number(told?.[2]) })
  }
  const files = await readdir(path.join(corpus, 'frontier'))
  const [first, second] = counts
  t.ok(first !== undefined && first.kept > 10 && first.blocks > 10 * first.kept, JSON.stringify(counts))
  t.ok(second !== undefined && second.blocks > (first?.blocks ?? Infinity) * 0.9, JSON.stringify(counts))
  t.ok(files.length >= (first?.kept ?? Infinity), `${files.length} files`)
})
