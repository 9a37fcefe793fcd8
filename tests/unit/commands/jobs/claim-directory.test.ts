// A directory of results has one run at a time, also when another path names it.
import { mkdir, readdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { claimDirectory } from '../../../../harness/commands/jobs/claim-directory.ts'
import { makeResultsDirectory } from '../../../../harness/report/results-directory.ts'

const context = { signal: new AbortController().signal, stderr: new PassThrough() }

void test('a second claim is refused with the process that has the first, until that ends', async (t) => {
  const root = t.testdir()
  const directory = path.join(root, 'results')
  const link = path.join(root, 'link')
  await mkdir(directory)
  await symlink('results', link)
  const first = await claimDirectory(directory, context)
  for (const spelling of [directory, `${directory}/`, path.relative('.', directory), `${directory}/../results`, link]) {
    await t.rejects(claimDirectory(spelling, context), {
      code: 'RESULTS_IN_USE',
      message: `process ${process.pid} writes to ${spelling}`,
      hint: /--output/,
    })
  }
  const other = path.join(root, 'other')
  await mkdir(other)
  await (await claimDirectory(other, context))[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await (await claimDirectory(directory, context))[Symbol.asyncDispose]()
})

void test('a refused claim leaves the files of the other run', async (t) => {
  const root = t.testdir({ results: { 'results.jsonl': '', 'console.log': 'mine' } })
  const output = path.join(root, 'results')
  await using first = await claimDirectory(output, context)
  void first
  const claim = async (directory: string): Promise<void> => void (await claimDirectory(directory, context))
  await t.rejects(makeResultsDirectory({ output, kernel: 'k', now: new Date(), claim }), { code: 'RESULTS_IN_USE' })
  t.strictSame(await readdir(output), ['console.log', 'results.jsonl'])
})
