// Completion in the real shells: bash, zsh and fish offer the same words.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../../harness/base/paths.ts'
import { has, scriptFile, shells } from '../fixtures/shells.ts'

const own = inProject('gmemtest')

/** A command line whose last word is unfinished, and the words that complete it: all of them, or those among others. */
interface Line {
  readonly words: readonly string[]
  readonly all?: readonly string[]
  readonly some?: readonly string[]
}

for (const [name, complete] of Object.entries(shells)) {
  void test(`${name} completes`, { skip: has(name) ? false : `${name} is not installed` }, async (suite) => {
    const script = scriptFile(name)
    const place = suite.testdir({})
    const mine = path.join(place, 'mine')
    mkdirSync(mine)
    writeFileSync(path.join(mine, 'own-one.ts'), '')
    const lines: readonly Line[] = [
      { words: ['ru'], all: ['run'] },
      { words: ['-q', 'ru'], all: ['run'] },
      { words: ['help', 'mu'], all: ['mutants'] },
      { words: ['run', '--ker'], all: ['--kernel'] },
      { words: ['--col'], all: ['--color'] },
      { words: ['run', '--kernel', 'stock-6'], all: ['stock-6.12'] },
      { words: ['build', 'stock-6'], all: ['stock-6.12'] },
      { words: ['run', '--accel', ''], all: ['kvm', 'tcg'] },
      { words: ['run', '--isolation', ''], all: ['boot', 'none', 'vm'] },
      { words: ['kselftest', '--report', 'j'], all: ['jsonl', 'junit'] },
      { words: ['--color', ''], all: ['always', 'auto', 'never'] },
      { words: ['run', 'pinned-p'], all: ['pinned-page-refuses'] },
      { words: ['run', '--scenarios', mine, 'o'], all: ['own-one'] },
      { words: ['mutants', 'zap-beyond'], all: ['zap-beyond-the-slot'] },
      { words: ['run', '--output', path.join(place, 'm')], all: [mine] },
      { words: ['completion', ''], all: ['bash', 'fish', 'zsh'] },
      { words: ['history', 'fl'], all: ['flaky'] },
      { words: ['run', '--jobs', ''], all: [] },
      { words: ['cache', ''], all: ['export', 'import', 'list', 'prune'] },
      { words: ['cache', 'pru'], all: ['prune'] },
      { words: ['cache', 'prune', '--ke'], all: ['--keep-days'] },
      { words: ['cache', 'prune', '-'], some: ['--dry-run', '--max-size'] },
      { words: ['cache', 'import', path.join(mine, 'own')], all: ['own-one.ts'] },
      { words: [''], some: ['build', 'doctor', 'merge', 'run'] },
      { words: ['run', '-'], some: ['--report', '--scenarios', '--verbose', '-q'] },
    ]
    const candidates = complete(
      script,
      lines.map(({ words }) => [own, ...words].join(' ')),
    )
    for (const [index, { words, all, some }] of lines.entries()) {
      const found = [...new Set(candidates[index]?.map(lastOf))].toSorted()
      const line = words.join(' ').replace(place, '')
      if (all !== undefined) suite.strictSame(found, all.map(lastOf), line)
      for (const word of some ?? []) suite.ok(found.includes(word), `${line}: ${word}`)
    }
  })
}

/** The last part of a path: some shells give the whole path, and others what is missing of it. */
function lastOf(word: string): string {
  return path.basename(word)
}
