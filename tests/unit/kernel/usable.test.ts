// A definition that names a missing file gives one line with its place, before the build begins.
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { loadUsableDefinition } from '../../../harness/kernel/usable.ts'
import { gmemPatch } from './fixtures/mini-tree.ts'

const { signal } = new AbortController()
const tree = { Kbuild: '', Makefile: '' }
const config = 'CONFIG_KVM=y\n'

async function definitionOf(directory: string, lines: Partial<Record<string, string>>): Promise<string> {
  process.env['XDG_CACHE_HOME'] = path.join(directory, 'cache')
  const file = path.join(directory, 'mine.yaml')
  const good = {
    description: 'description: mine',
    source: 'source:\n  dir: ./linux',
    series: 'series:\n  - ./v8',
    fragments: 'fragments:\n  - ./my.config',
    dialect: 'dialect: vm-attributes',
  }
  await writeFile(file, Object.values({ ...good, ...lines }).join('\n') + '\n')
  return file
}

const files = {
  linux: tree,
  v8: { '0001-b.patch': gmemPatch() },
  based: { '0001-b.patch': `${gmemPatch()}\nbase-commit: ${'1'.repeat(40)}\n` },
  empty: {},
  repo: {},
  'my.config': config,
  'other.config': '# CONFIG_KVM is not set\n',
  'odd.config': 'KVM\n',
}

void test('a definition whose files all exist', async (t) => {
  const file = await definitionOf(t.testdir(files), {})
  t.match(await loadUsableDefinition(file, { signal }), { name: 'mine', source: { kind: 'dir' } })
})

void test('remote and cached sources are not checked', async (t) => {
  const directory = t.testdir(files)
  for (const source of [
    `{tarball: ./gone.tar.xz, sha256: ${'a'.repeat(64)}}`,
    '{git: https://example.org/linux, ref: v1}',
  ]) {
    const file = await definitionOf(directory, { source: `source: ${source}` })
    t.match(await loadUsableDefinition(file, { signal }), { name: 'mine' })
  }
})

const slips = [
  [
    'no such directory',
    { source: 'source:\n  dir: ./linus' },
    'SOURCE_MISSING',
    /\/mine\.yaml:3:8: there is no directory \/.*\/linus$/,
    /top directory of a Linux source tree; a relative path/,
  ],
  ['a file', { source: 'source: {dir: ./my.config}' }, 'SOURCE_MISSING', /:2:15: .* is not a directory$/],
  ['no kernel', { source: 'source: {dir: ./empty}' }, 'SOURCE_MISSING', /:2:15: .* is not a kernel tree: it has/],
  ['no repository', { source: 'source: {git: ./none, ref: v1}' }, 'SOURCE_MISSING', /:2:15: there is no git/],
  [
    'no such commit',
    { source: 'source: {git: ./repo, ref: v1}' },
    'SOURCE_REF_UNKNOWN',
    /:2:15: .*repo has no commit 'v1'$/,
    /git ls-remote/,
  ],
  [
    'no base-commit',
    { source: 'source: {git: ./repo, ref: base-commit}', series: 'series: [./based]' },
    'SOURCE_REF_UNKNOWN',
    /:2:15: .*repo has no commit '1{40}', the base-commit of the series$/,
    /--source git:.*repo#REF/,
  ],
  ['no series', { series: 'series: [./v8, ./v9]' }, 'SERIES_UNKNOWN', /:4:16: there is no series .*v9$/, /'v8'/],
  [
    'a folder beside the definition, as a name',
    { series: 'series: [v8]' },
    'SERIES_UNKNOWN',
    /:4:10: there is no series .*kernel-configs\/series\/v8$/,
    /^for the folder beside the definition write \.\/v8; the names are gmem-attributes, gmem-convert$/,
  ],
  [
    'a typo in the name of a series',
    { series: 'series: [gmem-convrt]' },
    'SERIES_UNKNOWN',
    /:4:10: there is no series /,
    /^try 'gmem-convert'; for the folder/,
  ],
  [
    'a file beside the definition, as a name',
    { fragments: 'fragments: [base, my]' },
    'FRAGMENT_UNKNOWN',
    /:6:19: there is no fragment /,
    /for a file beside the definition write \.\/my\.config; the fragments in /,
  ],
  ['no patches', { series: 'series: [./empty]' }, 'SERIES_EMPTY', /:4:10: the series empty has no patches$/],
  [
    'no repository of a range',
    { series: 'series: [{git: ./nope, range: a..b}]' },
    'SERIES_UNKNOWN',
    /:4:10: there is no git repository .*nope$/,
    /the path after git:/,
  ],
  ...['./my.config', '/'].map(
    (place) =>
      [
        `no repository of a range: ${place}`,
        { series: `series: [{git: ${place}, range: a..b}]` },
        'SERIES_UNKNOWN',
        /:4:10: .* is not a git repository$/,
        /the path after git:/,
      ] as const,
  ),
  [
    'no such range',
    { series: 'series: [{git: ./repo, range: a..b}]' },
    'SERIES_UNKNOWN',
    /:4:10: .*repo has no range a\.\.b$/,
  ],
  [
    'no fragment',
    { fragments: 'fragments:\n  - base\n  - bsae' },
    'FRAGMENT_UNKNOWN',
    /:8:5: there is no fragment .*bsae\.config$/,
    /'base'/,
  ],
  ['no option', { fragments: 'fragments: [./odd.config]' }, 'FRAGMENT_INVALID', /\/odd\.config:1: 'KVM' is not/],
  [
    'a contradiction',
    { fragments: 'fragments: [./my.config, ./other.config]' },
    'FRAGMENTS_CONFLICT',
    /^CONFIG_KVM is asked for twice/,
  ],
] as const

for (const [what, lines, code, message, hint] of slips) {
  void test(`refused in one line: ${what}`, async (t) => {
    const directory = t.testdir(files)
    execFileSync('git', ['init', '-q', path.join(directory, 'repo')])
    const file = await definitionOf(directory, lines)
    await t.rejects(loadUsableDefinition(file, { signal }), {
      fault: 'usage',
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  })
}
