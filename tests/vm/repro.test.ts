// gmemtest repro: the bundle of a failed scenario shows the bug in a plain QEMU, and only there.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, started } from './fixtures/command.ts'

void test('a failed scenario becomes a program that runs without gmemtest', async (t) => {
  t.setTimeout(3_600_000)
  const directory = t.testdir()
  const output = path.join(directory, 'results')
  const scenarios = inProject('tests/vm/fixtures/repro')
  const run = await gmemtest('run', '--isolation', 'none', '--scenarios', scenarios, '--output', output).ended
  t.match(run, { exitCode: 1, stdout: /program: program-wrong-errno\.json/ }, run.stderr)

  const program = path.join(output, 'program-wrong-errno.json')
  const bundleOf = async (file: string, name: string): Promise<string> => {
    const bundle = path.join(directory, name)
    const made = await gmemtest('repro', file, '--bundle', bundle).ended
    t.match(made, { exitCode: 0, stdout: '' }, made.stderr)
    return path.join(bundle, 'repro.sh')
  }
  const bad = await bundleOf(program, 'bad')
  const stock = /[0-9a-f]{32} (?<kernel>\/.*)/.exec((await gmemtest('build', 'stock-6.12').ended).stdout)?.groups?.[
    'kernel'
  ]
  // The same program, with a check that holds.
  const right = path.join(directory, 'right.json')
  await writeFile(right, (await readFile(program, 'utf8')).replaceAll('EBUSY', 'EAGAIN'))
  const good = await bundleOf(right, 'good')

  const failed = await started(bad, []).ended
  t.match(failed, { exitCode: 1, stdout: /# wanted .* busy, found .* unavailable\r?\nnot ok 1 - / })
  t.match(await started(good, []).ended, { exitCode: 0, stdout: /^ok 1 - converting pages 0\.\.3 to private/m })
  const skipped = await started(bad, [path.join(stock ?? '', 'bzImage')]).ended
  t.match(skipped, { exitCode: 4, stdout: /^ok 1 # SKIP /m })
})

const program = `version: 1
pageSize: 4K
pages: 24
initially: shared
steps:
  - { do: host-fill, first: 0, count: 24, tag: 7 }
  - { do: pin, first: 12, count: 1, method: vmsplice }
  - { do: convert, to: private, offset: 4096, size: 94208 }
  - { do: unpin, pin: 0 }
  - { do: convert, to: private, offset: 4096, size: 94208 }
  - { do: host-look, first: 0, count: 24 }
`

void test('a program of fuzz runs without gmemtest, and a good kernel does what the model does', async (t) => {
  t.setTimeout(3_600_000)
  const directory = t.testdir({ 'mine.yaml': program })
  const bundle = path.join(directory, 'bundle')
  const mine = path.join(directory, 'mine.yaml')
  const made = await gmemtest('repro', mine, '--bundle', bundle, '--kernel', 'gmem-convert').ended
  t.match(made, { exitCode: 0, stdout: '' }, made.stderr)
  const { exitCode, stdout } = await started(path.join(bundle, 'repro.sh'), []).ended
  t.equal(exitCode, 0, stdout)
  t.match(stdout, /^# step 3 of 6, convert [\s\S]*^# gmem_convert\(.*\r?\n# error_offset\r?\n/m)
  t.match(stdout, /^ok 1 - the kernel does what the model does, without a splat/m)
})
