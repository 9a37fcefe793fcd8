// The logs that the kernel tests its own parser with: ours must count as that parser does, in every tree at hand.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { readLog } from '../../harness/ktap/read.ts'
import { findExecutable } from '../../harness/process/executable.ts'
import { run } from '../../harness/process/run-program.ts'
import { cacheDirectory } from '../../harness/base/paths.ts'
import { signal } from './fixtures/guest.ts'

// What the parser prints itself goes to the standard error. From 6.14 on it wants to be told what to print with.
const script = `
import inspect, json, sys
sys.path.insert(0, sys.argv[1])
answer, sys.stdout = sys.stdout, sys.stderr
import kunit_parser, kunit_printer
wants_printer = 'printer' in inspect.signature(kunit_parser.parse_run_tests).parameters
more = [kunit_printer.Printer()] if wants_printer else []
counts = []
for name in sys.argv[2:]:
    with open(name, errors='backslashreplace') as log:
        counts.append(vars(kunit_parser.parse_run_tests(log.read().splitlines(), *more).counts))
json.dump(counts, answer)
`

interface Counted {
  readonly passed: number
  readonly failed: number
  readonly crashed: number
  readonly skipped: number
  readonly errors: number
}

function isCounted(value: unknown): value is Counted {
  return typeof value === 'object' && value !== null && 'passed' in value && 'errors' in value
}

/** The trees of kernels that are in the cache and have the parser: other tests build trees of a few files. */
async function parsers(): Promise<string[]> {
  const sources = path.join(cacheDirectory(), 'sources')
  const entries = await readdir(sources, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(sources, entry.name, 'tree/tools/testing/kunit'))
    .filter((directory) => existsSync(path.join(directory, 'test_data')))
}

const python = findExecutable('python3')
const options = python === undefined ? { skip: 'there is no python3, which the parser needs' } : {}

void test('the logs of KUnit', options, async (t) => {
  const directories = await parsers()
  t.not(directories.length, 0, 'a kernel with the parser is in the cache')
  for (const directory of directories) {
    const data = path.join(directory, 'test_data')
    const names = (await readdir(data)).filter((name) => name.endsWith('.log'))
    const files = names.map((name) => path.join(data, name))
    // -B: nothing may be written to the source of a kernel.
    const ran = await run('python3', ['-B', '-c', script, directory, ...files], { signal, timeout: 60_000 })
    t.equal(ran.exitCode, 0, ran.stderr.slice(-500))
    const counts: unknown = JSON.parse(ran.stdout)
    if (!Array.isArray(counts)) throw new TypeError('the parser gave no list')
    for (const [index, file] of files.entries()) {
      const wanted: unknown = counts[index]
      if (!isCounted(wanted)) throw new TypeError(`no counts of ${file}`)
      const { errors, ...leaves } = wanted
      const report = readLog(await readFile(file, 'utf8'))
      t.same(report.counts, leaves, file)
      if (errors > 0) t.not(report.problems.length, 0, `${file}: what is wrong with it is said`)
    }
  }
})
