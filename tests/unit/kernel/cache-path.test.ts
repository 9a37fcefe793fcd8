// Characters that make, a shell or a tool of kbuild would misread are refused in the path of the cache, and only there.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { requireBuildPath } from '../../../harness/kernel/cache-path.ts'
import { provideKernel } from '../../../harness/kernel/provide.ts'
import { miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

const specials = `'"\`\\()[]{}<>$&;|=#,%*?!^~: \t\n`.split('')

for (const character of specials) {
  void test(`${JSON.stringify(character)} in the path of the cache is refused before the source is copied`, async (t) => {
    const cache = path.join(t.testdir(), `a${character}b`, 'cache')
    const definition = await miniDefinition(t.testdirName)
    await t.rejects(provideKernel(definition, recordingContext(cache)), {
      code: 'CACHE_PATH',
      fault: 'infra',
      hint: /set XDG_CACHE_HOME/,
    })
    t.strictSame((await readdir(cache)).toSorted(), ['compiler.json', 'locks'])
  })
}

void test('such a path is refused before a directory is read', async (t) => {
  const cache = path.join(t.testdir(), 'a b')
  const definition = await miniDefinition(t.testdirName)
  const source = { kind: 'dir' as const, path: path.join(t.testdirName, 'linux-mini') }
  await t.rejects(provideKernel({ ...definition, source }, recordingContext(cache)), { code: 'CACHE_PATH' })
  t.strictSame(await readdir(cache), [])
})

for (const name of ['j\u{fc}rgen', '\u{540d}', 'a.b_c+d@e-f', '0']) {
  void test(`'${name}' in the path of the cache is allowed`, async (t) => {
    await requireBuildPath(path.join(t.testdir(), name))
  })
}

void test('a path that was not UTF-8 is refused', async (t) => {
  await t.rejects(requireBuildPath(path.join(t.testdir(), 'a\u{fffd}b')), { code: 'CACHE_PATH', message: /not UTF-8/ })
})

void test('a link decides nothing: make sees the path behind it', async (t) => {
  const root = t.testdir({ good: {}, 'not good': {} })
  await symlink('not good', path.join(root, 'link'))
  await symlink('good', path.join(root, 'a link'))
  await t.rejects(requireBuildPath(path.join(root, 'link')), { code: 'CACHE_PATH', message: /not good.*a blank/ })
  await requireBuildPath(path.join(root, 'a link'))
})

void test('tree, definition, series, fragment and directory of temporary files may have any of them', async (t) => {
  const root = t.testdir()
  const plain = path.join(root, 'plain')
  await mkdir(plain)
  const definition = await miniDefinition(plain)
  const cache = path.join(root, 'cache')
  const { key } = await provideKernel(
    { ...definition, source: { kind: 'dir', path: path.join(plain, 'linux-mini') } },
    recordingContext(cache),
  )
  const temporary = process.env['TMPDIR']
  t.teardown(() => {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  })
  for (const index of [0, 1, 2, 3]) {
    // A quarter of them at a time.
    const character = specials.filter((_, position) => position % 4 === index).join('')
    const odd = path.join(root, `${index}`, `a${character}b`)
    await cp(plain, odd, { recursive: true })
    process.env['TMPDIR'] = odd
    const context = recordingContext(path.join(root, `cache-${index}`))
    const built = await provideKernel(
      {
        ...definition,
        name: `k${character}n`,
        file: path.join(odd, `k${character}n.yaml`),
        fragments: [{ name: 'mini', path: path.join(odd, 'mini.config') }],
        source: { kind: 'dir', path: path.join(odd, 'linux-mini') },
      },
      context,
    )
    t.equal(built.key, key, JSON.stringify(character))
    const first = built.provenance.repeat.find((line) => line.startsWith('cp -a ')) ?? ''
    execFileSync('bash', ['-c', first.replace(/ && .*/s, '')], { cwd: path.join(root, `${index}`) })
    t.ok((await readdir(path.join(root, `${index}`, 'linux'))).includes('Kbuild'), 'and the line that repeats it works')
  }
})
