// Trees of developers as they are: each builds, is built again after a change, and leaves a cache that works.
import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from '../../harness/kernel/definition/definition.ts'
import { removeTree } from '../../harness/cache/remove-tree.ts'
import { provideKernel } from '../../harness/kernel/provide.ts'
import type { Test } from 'tap'
import { isPlainUser } from '../unit/fixtures/plain-user.ts'
import { miniDefinition, noticesOf, recordingContext } from '../unit/kernel/fixtures/mini-tree.ts'

interface Places {
  readonly tree: string
  readonly cache: string
}

const latin1 = (directory: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')])

function git(tree: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always']
  execFileSync('git', ['-C', tree, ...identity, ...args], { stdio: 'ignore' })
}

function commitAll(tree: string): void {
  git(tree, 'init', '-q')
  git(tree, 'add', '.')
  git(tree, 'commit', '-qm', 'a')
}

const trees: readonly [what: string, make: (places: Places) => Promise<unknown>][] = [
  [
    'read-only files and directories',
    async ({ tree }) => {
      await mkdir(path.join(tree, 'doc/deep'), { recursive: true })
      await writeFile(path.join(tree, 'doc/deep/a'), '')
      await writeFile(path.join(tree, 'doc/b'), '')
      for (const name of ['virt/gmem.c', 'doc/deep/a']) await chmod(path.join(tree, name), 0o444)
      for (const name of ['doc/deep', 'doc', 'virt']) await chmod(path.join(tree, name), 0o555)
    },
  ],
  [
    'the read-only copy that an earlier version could not remove',
    async ({ tree, cache }) => {
      await provideKernel(definitionOf(tree), recordingContext(cache))
      const home = await homeOf(cache)
      await rm(path.join(home, 'stamp.json'))
      await chmod(path.join(home, 'tree/virt'), 0o555)
    },
  ],
  ['a link to nothing', ({ tree }) => symlink('user@host.1234', path.join(tree, '.#gmem.c'))],
  ['a link that leads out of the tree', ({ tree }) => symlink('../mini.config', path.join(tree, 'outside'))],
  [
    'a link with an absolute path in the tree',
    ({ tree }) => symlink(path.join(tree, 'virt'), path.join(tree, 'inside')),
  ],
  ['hard links', ({ tree }) => link(path.join(tree, 'virt/other.c'), path.join(tree, 'virt/same.h'))],
  ['a fifo', async ({ tree }) => void execFileSync('mkfifo', [path.join(tree, 'virt/fifo')])],
  ['an empty directory', ({ tree }) => mkdir(path.join(tree, 'empty'))],
  ['a name in latin-1', ({ tree }) => writeFile(latin1(tree, 'caf\u{e9}.txt'), '')],
  [
    'names in latin-1 in a git checkout, one not tracked, one of a link',
    async ({ tree }) => {
      await mkdir(latin1(tree, 'd\u{e9}'))
      await writeFile(latin1(tree, 'd\u{e9}/tracked'), '')
      await symlink('nowhere', latin1(tree, 'l\u{ff}'))
      commitAll(tree)
      await writeFile(latin1(tree, 'd\u{e9}/untracked\u{ff}'), '')
    },
  ],
  ['a name of 255 bytes', ({ tree }) => writeFile(path.join(tree, 'n'.repeat(255)), '')],
  ['a name with a line break and quotes', ({ tree }) => writeFile(path.join(tree, 'a\n"\'\\$(x) %'), '')],
  ['a name like a property of objects', ({ tree }) => writeFile(path.join(tree, '__proto__'), '')],
  ['a name like an option', ({ tree }) => writeFile(path.join(tree, '-rf'), '')],
  [
    'a tracked file that is gone',
    async ({ tree }) => {
      await writeFile(path.join(tree, 'gone'), '')
      commitAll(tree)
      await rm(path.join(tree, 'gone'))
    },
  ],
  [
    'a tracked file that is a directory now',
    async ({ tree }) => {
      await writeFile(path.join(tree, 'was'), '')
      commitAll(tree)
      await rm(path.join(tree, 'was'))
      await mkdir(path.join(tree, 'was'))
      await writeFile(path.join(tree, 'was/a'), '')
    },
  ],
  [
    'a half-made repository of a killed gmemtest',
    async ({ cache }) => mkdir(path.join(cache, 'git/empty.git/refs'), { recursive: true }),
  ],
  [
    'a link to the tree instead of the tree',
    async ({ tree }) => {
      await rename(tree, `${tree}-2`)
      await symlink(`${tree}-2`, tree)
    },
  ],
]

function definitionOf(tree: string): KernelDefinition {
  const directory = path.dirname(tree)
  return {
    name: 'mini',
    description: 'a kernel in miniature',
    file: path.join(directory, 'mini.yaml'),
    source: { kind: 'dir', path: tree },
    series: [],
    fragments: [{ name: 'mini', path: path.join(directory, 'mini.config') }],
    dialect: 'vm-attributes',
    parameters: [],
    expectSkips: {},
    slowdown: 1,
    isolation: 'vm',
    allow: [],
  }
}

async function homeOf(cache: string): Promise<string> {
  const names = await readdir(path.join(cache, 'sources'))
  return path.join(cache, 'sources', names.find((name) => /^dir-[0-9a-f]+$/.test(name)) ?? '')
}

async function placesIn(t: Test): Promise<Places> {
  // A test that failed may have left read-only directories.
  await removeTree(t.testdirName)
  const directory = t.testdir()
  await miniDefinition(directory)
  return { tree: path.join(directory, 'linux-mini'), cache: path.join(directory, 'cache') }
}

if (isPlainUser(import.meta.filename)) {
  const { test } = await import('tap')

  for (const [what, make] of trees) {
    void test(`${what}: built, and built again after a change`, async (t) => {
      const places = await placesIn(t)
      const { tree, cache } = places
      await make(places)
      const definition = definitionOf(tree)
      const first = await provideKernel(definition, recordingContext(cache))
      t.match(await provideKernel(definition, recordingContext(cache)), { cached: true, key: first.key })
      // An editor replaces the file, and the directory need not be writable for that.
      await chmod(path.join(tree, 'virt/gmem.c'), 0o644)
      await writeFile(path.join(tree, 'virt/gmem.c'), 'int changed;\n')
      const second = await provideKernel(definition, recordingContext(cache))
      t.not(second.key, first.key)
      t.match(await provideKernel(definition, recordingContext(cache)), { cached: true, key: second.key })
      execFileSync('chmod', ['-R', 'u+rwX', path.dirname(tree)])
    })
  }

  void test('the copy has what the tree has', async (t) => {
    const places = await placesIn(t)
    const { tree, cache } = places
    await writeFile(latin1(tree, 'caf\u{e9}.txt'), 'one')
    await writeFile(path.join(tree, 'script.sh'), '', { mode: 0o700 })
    await symlink(path.join(tree, 'virt/gmem.c'), path.join(tree, 'virt/inside.h'))
    await symlink('../../mini.config', path.join(tree, 'virt/outside'))
    const context = recordingContext(cache)
    await provideKernel(definitionOf(tree), context)
    const copy = path.join(await homeOf(cache), 'tree')
    t.equal(await readFile(latin1(copy, 'caf\u{e9}.txt'), 'utf8'), 'one')
    t.strictSame((await readdir(path.join(copy, 'virt'))).toSorted(), ['gmem.c', 'inside.h', 'other.c', 'outside'])
    const targets = execFileSync('readlink', ['inside.h', 'outside'], {
      cwd: path.join(copy, 'virt'),
      encoding: 'utf8',
    })
    t.equal(targets, `gmem.c\n${path.join(path.dirname(tree), 'mini.config')}\n`)
    t.match(noticesOf(context.told)[0], /links that lead out of it are not noticed: virt\/outside$/)
  })

  void test('files of repositories in the tree belong to the source', async (t) => {
    const { tree, cache } = await placesIn(t)
    const other = path.join(path.dirname(tree), 'other')
    for (const directory of [other, path.join(tree, 'nested')]) {
      await mkdir(directory)
      await writeFile(path.join(directory, 'one.h'), '1\n')
      commitAll(directory)
    }
    commitAll(tree)
    git(tree, 'submodule', 'add', other, 'sub')
    const first = await provideKernel(definitionOf(tree), recordingContext(cache))
    for (const name of ['nested/one.h', 'sub/one.h']) {
      await writeFile(path.join(tree, name), '2\n')
      t.not((await provideKernel(definitionOf(tree), recordingContext(cache))).key, first.key)
      await writeFile(path.join(tree, name), '1\n')
      t.equal((await provideKernel(definitionOf(tree), recordingContext(cache))).key, first.key)
    }
  })

  void test('a cache in the tree is no part of the source', async (t) => {
    const { tree } = await placesIn(t)
    const cache = path.join(tree, 'cache')
    const first = await provideKernel(definitionOf(tree), recordingContext(cache))
    t.match(await provideKernel(definitionOf(tree), recordingContext(cache)), { cached: true, key: first.key })
    t.notOk((await readdir(path.join(await homeOf(cache), 'tree'))).includes('cache'))
  })

  const refused: readonly [
    what: string,
    make: (places: Places) => Promise<unknown>,
    error: { code: string; message?: RegExp; tail?: RegExp[]; hint?: RegExp },
  ][] = [
    [
      'a file that this user cannot read',
      ({ tree }) => chmod(path.join(tree, 'virt/other.c'), 0o200),
      { code: 'TREE_UNREADABLE', tail: [/virt\/other.c: Permission denied/], hint: /readable/ },
    ],
    [
      'a directory that this user cannot list',
      ({ tree }) => chmod(path.join(tree, 'virt'), 0o300),
      { code: 'TREE_UNREADABLE', tail: [/virt.*: Permission denied/], hint: /readable/ },
    ],
    [
      'a tracked file that is a fifo now',
      async ({ tree }) => {
        commitAll(tree)
        await rm(path.join(tree, 'virt/other.c'))
        execFileSync('mkfifo', [path.join(tree, 'virt/other.c')])
      },
      { code: 'TREE_UNREADABLE', message: /virt\/other.c is neither a file nor a link/ },
    ],
    [
      'a repository whose git directory is gone',
      async ({ tree }) => writeFile(path.join(tree, '.git'), 'gitdir: /nowhere\n'),
      { code: 'TREE_UNREADABLE', tail: [/not a git repository/] },
    ],
  ]
  for (const [what, make, error] of refused) {
    void test(`${what}: refused, and built when it is mended`, async (t) => {
      const places = await placesIn(t)
      const { tree, cache } = places
      await make(places)
      await t.rejects(provideKernel(definitionOf(tree), recordingContext(cache)), error)
      for (const name of ['virt', 'virt/other.c', '.git']) {
        await chmod(path.join(tree, name), 0o755).catch(() => undefined)
      }
      await rm(path.join(tree, '.git'), { recursive: true, force: true })
      await rm(path.join(tree, 'virt/other.c'))
      await writeFile(path.join(tree, 'virt/other.c'), '')
      t.ok(await provideKernel(definitionOf(tree), recordingContext(cache)))
    })
  }
}
