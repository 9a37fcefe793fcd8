// Environments in which gmemtest cannot work: each verb that builds or boots says so, with the next step.
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { requireFiles } from '../../../harness/commands/require-environment.ts'
import { gmemPatch, miniTarball } from '../kernel/fixtures/mini-tree.ts'

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-environment-'))
await mkdir(path.join(home, 'cache'))
await chmod(home, 0o777)
const { tree } = await miniTarball(home)
const definition = path.join(home, 'mini.yaml')
await writeFile(path.join(home, 'mini.config'), 'CONFIG_PARENT=y\n')
// git reads its mail in a temporary directory.
await writeFile(path.join(home, 'mini.mbox'), gmemPatch())
await writeFile(
  definition,
  `description: mini\nsource: {dir: ${tree}}\nseries: [./mini.mbox]\nfragments: [./mini.config]\ndialect: vm-attributes\n`,
)

/** Every verb that builds or boots. */
const verbs: readonly (readonly string[])[] = [
  ['build', definition],
  ['run', '--kernel', definition, 'contents-survive'],
  ['shell', '--kernel', definition, '--', 'true'],
  ['mutants', '--kernel', 'gmem-convert', 'merge-missing'],
  ['fuzz', '--kernel', definition],
  ['kselftest', '--kernel', definition, 'kvm:guest_memfd_test'],
  ['kselftest', '--kernel', definition, '--list', 'kvm'],
]

type Environment = Readonly<Record<string, string | undefined>>

/** Runs the command line below `sh -c SCRIPT`. */
function gmemtest(args: readonly string[], env: Environment, script = 'exec "$@"'): { status: number; text: string } {
  const ran = spawnSync('sh', ['-c', script, 'sh', inProject('gmemtest'), ...args], {
    cwd: home,
    env: { ...process.env, XDG_CACHE_HOME: undefined, NODE_COMPILE_CACHE: undefined, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status: ran.status ?? -1, text: ran.stdout + ran.stderr }
}

const unusable: readonly (readonly [what: string, env: Environment, message: RegExp, hint: RegExp])[] = [
  ...['/proc', '/dev/null', '/etc/passwd/x'].map(
    (HOME) =>
      [
        `HOME is ${HOME}`,
        { HOME },
        /^gmemtest: cannot write to the cache \/.*\.cache\/gmemtest \(HOME is '/m,
        /hint: set XDG_CACHE_HOME/,
      ] as const,
  ),
  [
    'XDG_CACHE_HOME is a file',
    { XDG_CACHE_HOME: definition },
    /^gmemtest: cannot write to the cache .* \(XDG_CACHE_HOME is '.*mini\.yaml'\)/m,
    /hint: set XDG_CACHE_HOME/,
  ],
  ...[path.join(home, 'nowhere'), '/proc', '/dev/null', 'relative', '/etc/passwd', `/tmp/${'x'.repeat(300)}`].map(
    (TMPDIR) =>
      [
        `TMPDIR is ${TMPDIR.slice(0, 20)}`,
        { TMPDIR, XDG_CACHE_HOME: path.join(home, 'cache') },
        /^gmemtest: cannot write temporary files to '/m,
        /hint: unset TMPDIR, or set it/,
      ] as const,
  ),
  [
    'TMP counts when there is no TMPDIR',
    { TMPDIR: undefined, TMP: '/proc', XDG_CACHE_HOME: path.join(home, 'cache') },
    /^gmemtest: cannot write temporary files to '\/proc'/m,
    /hint: unset TMP, or set it/,
  ],
]

void test('environments', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))

  for (const [what, env, message, hint] of unusable) {
    await suite.test(what, async (t) => {
      const { status, text } = gmemtest(['build', definition], env)
      t.equal(status, 69, text)
      t.match(text, message)
      t.match(text, hint)
      t.notMatch(text, /internal error/)
      t.equal(text.trimEnd().split('\n').length, 2, text)
    })
  }

  for (const args of verbs) {
    await suite.test(`gmemtest ${args[0]} asks before it works`, async (t) => {
      const { status, text } = gmemtest(args, { HOME: '/dev/null' })
      t.equal(status, 69, text)
      t.match(text, /^gmemtest: cannot write to the cache \/dev\/null\/\.cache\/gmemtest/)
    })
    await suite.test(`gmemtest ${args[0]} in a directory that is gone`, async (t) => {
      const gone = path.join(home, 'gone')
      const script = `mkdir -p '${gone}' && cd '${gone}' && rmdir '${gone}' && exec "$@"`
      const { status, text } = gmemtest(args, { XDG_CACHE_HOME: path.join(home, 'cache') }, script)
      t.equal(status, 69, text)
      t.match(text, /gmemtest: the working directory does not exist any more\n {2}hint: change to another/)
      t.notMatch(text, /internal error/)
    })
  }

  await suite.test('a HOME that is none is named as it is', async (t) => {
    const file = path.join(home, 'mini.config')
    for (const [HOME, words] of [
      [file, `HOME is '${file}'`],
      ['/dev/null', "HOME is '/dev/null'"],
    ] as const) {
      t.match(gmemtest(['build', definition], { HOME }).text, `(${words})`)
    }
  })

  await suite.test('a list that reads a series needs a place for temporary files', async (t) => {
    const env = { TMPDIR: '/proc', XDG_CACHE_HOME: path.join(home, 'unread') }
    const { status, text } = gmemtest(['mutants', '--kernel', definition, '--list'], env)
    t.equal(status, 69, text)
    t.match(text, /^gmemtest: cannot read the series in '\/proc': .*\n {2}hint: set TMPDIR/m)
  })

  await suite.test('few open files', async (t) => {
    for (const limit of ['-n 64', '-n 100']) {
      const env = { XDG_CACHE_HOME: path.join(home, 'limited') }
      const { status, text } = gmemtest(['build', definition], env, `ulimit ${limit}; exec "$@"`)
      t.equal(status, 69, `${limit}: ${text}`)
      t.match(text, /hint: .*ulimit -n/)
      t.notMatch(text, /internal error/)
    }
  })

  await suite.test('lists need no cache', async (t) => {
    for (const args of [['list', '--kernels'], ['list', 'contents'], ['mutants', '--list'], ['--help']]) {
      for (const HOME of ['relative', '/dev/null']) {
        const { status, text } = gmemtest(args, { HOME })
        t.equal(status, 0, `${args.join(' ')} with HOME=${HOME}: ${text}`)
      }
    }
  })

  await suite.test('the limit counts where there is one', async (t) => {
    t.throws(() => requireFiles('Max open files            64                   64         files\n'), {
      code: 'TOO_FEW_FILES',
      message: 'gmemtest may have 64 open files, and needs 256',
    })
    t.doesNotThrow(() => requireFiles('Max open files            1024                 4096       files\n'))
    t.doesNotThrow(() => requireFiles('Max open files            unlimited            unlimited  files\n'))
    t.doesNotThrow(() => requireFiles(''))
  })
})
