// The npm package: what `npm pack` makes works below node_modules, where Node strips no types, and in a directory that nothing
// may write to. Its dependencies are those of the checkout, beside it as in a project, so the test needs no network.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'

const place = mkdtempSync(path.join(tmpdir(), 'gmemtest-package-'))
const modules = path.join(place, 'node_modules')
const installed = path.join(modules, 'gmemtest')
const work = path.join(place, 'work')

/** Runs a program as a user's shell does: without the loaders that tap hands to each child, which cannot load the compiler. */
function outsideOfTap(cwd: string, ...command: readonly string[]): void {
  execFileSync('env', ['-u', 'NODE_OPTIONS', ...command], { cwd, stdio: 'pipe' })
}

function install(): void {
  outsideOfTap(inProject(), 'npm', 'pack', '--silent', '--pack-destination', place)
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz')) ?? ''
  for (const directory of [installed, work]) mkdirSync(directory, { recursive: true })
  execFileSync('tar', ['-xzf', path.join(place, tarball), '-C', installed, '--strip-components=1'])
  for (const name of readdirSync(inProject('node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(inProject('node_modules', name), path.join(modules, name))
  }
  execFileSync('chmod', ['-R', 'a-w', installed])
}

function gmemtest(...args: readonly string[]): string {
  return execFileSync(path.join(installed, 'gmemtest'), args, {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, HOME: place, XDG_CACHE_HOME: path.join(place, 'cache'), PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function filesOf(directory: string): string {
  return execFileSync('find', [directory, '-printf', '%P %s %T@\\n'], { encoding: 'utf8' })
}

const own = `import { page, pages, scenario } from 'gmemtest'

export default scenario({
  title: 'a scenario of my own',
  rules: ['S-A19'],
  async run({ memory }: Parameters<Parameters<typeof scenario>[0]['run']>[0]) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(pages(2, 3), 0xaa)
    await file.guest.expect(page(2), 0xaa)
  },
})
`

void test('the npm package', async (t) => {
  t.teardown(() => {
    execFileSync('chmod', ['-R', 'u+w', place])
    rmSync(place, { recursive: true, force: true })
  })
  install()
  chmodSync(work, 0o755)
  mkdirSync(path.join(work, 'mine'))
  writeFileSync(path.join(work, 'mine/own.ts'), own)
  const before = filesOf(installed)

  t.match(gmemtest('--version'), /^\d+\.\d+\.\d+( \([0-9a-f]{12}(, modified)?\))?\n$/)
  t.match(gmemtest('list', 'pinned-page-refuses'), /^pinned-page-refuses /)
  t.match(gmemtest('list', '--kernels'), /^gmem-convert /m)
  t.equal(gmemtest('list', '--scenarios', 'mine'), 'own  a scenario of my own [S-A19]\n')
  t.match(gmemtest('run', '--dry-run', '--accel', 'tcg', 'pinned-page-refuses'), /^ {2}plain: pinned-page-refuses$/m)
  t.match(gmemtest('completion', 'bash'), /complete -F _gmemtest gmemtest/)
  t.match(gmemtest('manual', 'run'), /^\.TH GMEMTEST-RUN 1 /)
  t.ok(readdirSync(path.join(installed, 'dist/man')).includes('gmemtest-run.1'))
  t.equal(filesOf(installed), before, 'nothing was written to the package')

  // The types of the api are enough for an editor.
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    '--types',
    'node',
  ]
  writeFileSync(path.join(work, 'package.json'), '{"type": "module"}')
  outsideOfTap(work, inProject('node_modules/.bin/tsc'), ...flags, 'mine/own.ts')
})
