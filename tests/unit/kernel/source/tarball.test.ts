import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { sha256OfFile } from '../../../../harness/cache/hash.ts'
import { identifyTarball } from '../../../../harness/kernel/source/tarball.ts'

for (const [name, isUrl] of [
  ['linux.tar', false],
  ['linux.tar', true],
  ["it's $(touch bad) `x`.tar", false],
  ['host:linux.tar', false],
  ['-v.tar', false],
  ['linux.tar?archive=tar&x', true],
] as const) {
  void test(`the command lines for the ${isUrl ? 'URL' : 'file'} ${name} unpack it`, async (t) => {
    const root = t.testdir({ linux: { Makefile: 'all:\n' }, empty: {} })
    const file = path.join(root, name.replace(/\?.*/, ''))
    execFileSync('tar', ['--force-local', '-cf', file, '-C', root, 'linux'])
    const location = isUrl ? `${pathToFileURL(file).href}${/\?.*/.exec(name)?.[0] ?? ''}` : file
    const { repeat } = identifyTarball({ location, sha256: await sha256OfFile(file) })
    execFileSync('sh', ['-euc', repeat.join('\n')], { cwd: path.join(root, 'empty'), stdio: 'pipe' })
    t.equal(await readFile(path.join(root, 'empty/linux/Makefile'), 'utf8'), 'all:\n')
  })
}
