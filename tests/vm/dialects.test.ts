// Dialects on a real kernel: one that the kernel does not speak, and a definition that leaves it open.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, pointsOf, unfolded } from './fixtures/command.ts'

/** A restored instance has no boot on its console. */
const inNew = ['run', '--isolation', 'boot'] as const

/** Writes the definition of gmem-convert with another line for its dialect, and returns its path. */
async function definitionWith(directory: string, dialect: string): Promise<string> {
  const text = await readFile(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  const file = path.join(directory, 'mine.yaml')
  await writeFile(file, text.replace(/^dialect: .*\n/m, dialect))
  return file
}

async function events(output: string): Promise<unknown[]> {
  const lines = (await readFile(path.join(output, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
  return lines.map((line): unknown => JSON.parse(line))
}

void test('a dialect that the kernel does not speak is one error before the first scenario', async (t) => {
  const place = t.testdir()
  const kernel = await definitionWith(place, 'dialect: gmem-attributes\n')
  const output = path.join(place, 'results')
  const ran = await gmemtest(...inNew, '--kernel', kernel, '--output', output, 'contents-survive', 'initially').ended
  t.equal(ran.exitCode, 1)
  t.strictSame(pointsOf(ran.stdout), ['not ok contents-survive-conversion'])
  const said = unfolded(ran.stdout)
  t.match(said, /verdict: ERROR/)
  t.match(said, /KVM_SET_MEMORY_ATTRIBUTES2 \(0xc080aed2\) on a file with flags 0x1 gave ENOTTY/)
  t.match(said, /\/sys\/module\/kvm\/parameters\/gmem_in_place_conversion is absent/)
  t.match(ran.stderr, /hint: gmemtest boots it with .*; the kernel speaks convert-ioctl, vm-attributes: write/)
  const boot = await readFile(path.join(output, 'console.log'), 'utf8')
  t.match(boot, /^.*Kernel command line: .* kvm\.gmem_in_place_conversion=1/m)
  t.notMatch(boot, /Unknown kernel command line parameters "[^"]*kvm\./, 'a kernel ignores words for KVM in silence')
})

void test('a kernel that speaks two dialects needs a definition that names one', async (t) => {
  const place = t.testdir()
  const kernel = await definitionWith(place, '')
  const output = path.join(place, 'results')
  const ran = await gmemtest('run', '--kernel', kernel, '--output', output, 'contents-survive').ended
  t.equal(ran.exitCode, 1)
  t.strictSame(pointsOf(ran.stdout), ['not ok contents-survive-conversion'])
  t.match(ran.stderr, /the kernel speaks convert-ioctl and vm-attributes, and its definition names none of them/)
  t.match(ran.stderr, /hint: write 'dialect: convert-ioctl' or 'dialect: vm-attributes' into the definition/)
  t.match((await events(output)).at(-1), { type: 'run-finished', aborted: /the kernel speaks/ })
})

void test('the kernel gets the words of the command line behind those of its definition', async (t) => {
  const output = t.testdir()
  const ran = await gmemtest(
    ...inNew,
    '--append',
    'gmemtest_a=1',
    '--append',
    'gmemtest_b',
    '--output',
    output,
    'default',
  ).ended
  t.equal(ran.exitCode, 0, ran.stderr)
  t.match(await readFile(path.join(output, 'console.log'), 'utf8'), /Kernel command line: .* gmemtest_a=1 gmemtest_b\b/)
})
