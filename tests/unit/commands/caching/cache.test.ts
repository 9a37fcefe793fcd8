// The verb cache, as users call it.
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { fillCache, storedKey } from '../../kernel/fixtures/stored-kernel.ts'

function gmemtest(home: string, args: readonly string[], input?: Uint8Array) {
  const env = { ...process.env, XDG_CACHE_HOME: home, GMEMTEST_CACHE_SIZE: '', NODE_V8_COVERAGE: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [inProject('harness/cli.ts'), 'cache', ...args], {
    env,
    input,
  })
  return { status, stdout, out: stdout.toString(), err: stderr.toString() }
}

void test('a kernel goes through a pipe to another cache', async (t) => {
  const [from, to] = [path.join(t.testdir(), 'from'), path.join(t.testdirName, 'to')]
  await fillCache(path.join(from, 'gmemtest'))
  const archive = gmemtest(from, ['export', storedKey])
  t.match(archive, { status: 0, err: 'gmemtest: exported 1 kernel\n' })
  const imported = gmemtest(to, ['import'], archive.stdout)
  t.match(imported, { status: 0, out: `${storedKey} ${path.join(to, 'gmemtest/kernels', storedKey)}\n` })
  t.match(imported.err, /imported: a+, mine\n.*mine was compiled by 'gcc 12', and this computer has '.*': runs build/s)
  const listed = gmemtest(to, ['list'])
  t.match(
    listed.out,
    new RegExp(String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d +\d+\.\d MiB  kernel     ${storedKey} mine 6\.12\.0$`, 'm'),
  )
  t.match(listed.err, / MiB in \S+\/gmemtest\n$/)
  t.match(gmemtest(to, ['import', '/nowhere/a.tar']), { status: 2, err: /there is no archive \/nowhere\/a\.tar/ })
  t.match(gmemtest(to, ['import', from]), {
    status: 2,
    err: /from is a directory, not an archive\n {2}hint: name the file/,
  })
  t.match(gmemtest(to, ['import'], archive.stdout.subarray(0, 300)), {
    status: 2,
    err: /the archive is not imported: /,
  })
  t.match(gmemtest(to, ['export', 'x']), { status: 2, out: '', err: /the cache has no kernel with the key 'x'/ })
})

void test('prune removes what is old, and says first what it would remove', async (t) => {
  const home = t.testdir()
  const cache = path.join(home, 'gmemtest')
  await fillCache(cache)
  await mkdir(path.join(cache, 'snapshots/s'), { recursive: true })
  await writeFile(path.join(cache, 'snapshots/s/state'), Buffer.alloc(2 ** 20, 1))
  const threeDaysAgo = new Date(Date.now() - 3 * 24 * 3_600_000)
  await utimes(path.join(cache, 'kernels', storedKey), threeDaysAgo, threeDaysAgo)
  t.match(gmemtest(home, ['prune']), { status: 2, err: /cache prune needs --keep-days or --max-size/ })
  t.match(gmemtest(home, ['prune', '--max-size', '5']), { status: 2, err: /--max-size must be a size/ })
  const plan = gmemtest(home, ['prune', '--keep-days', '2', '--dry-run'])
  t.match(plan, {
    status: 0,
    out: new RegExp(`kernel     ${storedKey} mine`),
    err: /^gmemtest: would remove .* MiB of .* MiB\n$/,
  })
  t.ok(await stat(path.join(cache, 'kernels', storedKey)))
  t.match(gmemtest(home, ['prune', '--keep-days', '4']), { status: 0, out: '' })
  t.match(gmemtest(home, ['prune', '--keep-days', '2']), {
    status: 0,
    out: `kernels/${storedKey}\n`,
    err: /pruned the cache: removed 1 kernel; it had .* MiB and has .* MiB/,
  })
  t.match(gmemtest(home, ['prune', '--max-size', '0K']), { status: 0, out: 'snapshots/s\n' })
  t.strictSame([...(await readdir(path.join(cache, 'kernels'))), ...(await readdir(path.join(cache, 'snapshots')))], [])
})

void test('without a part, the verb prints its help', async (t) => {
  t.match(gmemtest(t.testdir(), []).out, /Usage: gmemtest cache list \| export/)
  t.match(gmemtest(t.testdir(), ['frob']), {
    status: 2,
    err: /there is no action 'frob'\n {2}hint: write gmemtest cache list, export, import, prune/,
  })
})
