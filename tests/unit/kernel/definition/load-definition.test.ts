import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { listKernelDefinitions, loadKernelDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import type { KernelDefinition } from '../../../../harness/kernel/definition/definition.ts'
import { GmemtestError } from '../../../../harness/base/errors.ts'

const good = {
  description: 'description: mine',
  source: 'source: {dir: ./linux}',
  fragments: 'fragments: [base, ./mine.config]',
  dialect: 'dialect: vm-attributes',
}

async function outcomeOf(directory: string, lines: Readonly<Record<string, string>>): Promise<unknown> {
  const file = path.join(directory, 'mine.yaml')
  await writeFile(file, Object.values(lines).join('\n') + '\n')
  process.env['XDG_CACHE_HOME'] = path.join(directory, 'cache')
  return loadKernelDefinition(file).catch((error: unknown) => error)
}

void test('the definitions of the project are valid, and the second load needs no parser', async (t) => {
  process.env['XDG_CACHE_HOME'] = t.testdir()
  const names = await listKernelDefinitions()
  t.strictSame(names, [
    'gmem-attributes',
    'gmem-attributes-debug',
    'gmem-convert',
    'gmem-convert-debug',
    'stock-6.12',
    'stock-7.3',
  ])
  for (const name of names) {
    const first = await loadKernelDefinition(name)
    t.strictSame(await loadKernelDefinition(name), first)
  }
})

function fragmentNames(definition: KernelDefinition): string[] {
  return definition.fragments.map(({ name }) => name)
}

for (const name of ['gmem-attributes', 'gmem-convert']) {
  void test(`the debug flavour of ${name} is that kernel with more options`, async (t) => {
    process.env['XDG_CACHE_HOME'] = t.testdir()
    const plain = await loadKernelDefinition(name)
    const debug = await loadKernelDefinition(`${name}-debug`)
    const { source, series, dialect, expectSkips } = plain
    t.match(debug, { source, series, dialect, expectSkips })
    t.strictSame(fragmentNames(debug), [...fragmentNames(plain), 'debug'])
    t.ok(debug.slowdown > plain.slowdown)
    t.strictSame([plain.isolation, debug.isolation], ['vm', 'none'])
  })
}

void test('a definition may lie anywhere; its paths are relative to it', async (t) => {
  const directory = t.testdir()
  t.match(await outcomeOf(directory, { ...good, series: 'series: [./a, {git: ../repo, range: v1..v2}]' }), {
    name: 'mine',
    source: { kind: 'dir', path: path.join(directory, 'linux') },
    series: [
      { kind: 'path', path: path.join(directory, 'a') },
      { kind: 'git', repository: path.resolve(directory, '../repo'), range: 'v1..v2' },
    ],
    fragments: [{ name: 'base', path: /kernel-configs\/fragments\/base\.config$/ }, { path: /mine\.config$/ }],
  })
})

void test('a definition may leave its dialect open, and add words to the command line of its kernel', async (t) => {
  const directory = t.testdir()
  t.match(await outcomeOf(directory, { ...good, dialect: '' }), { dialect: 'auto', parameters: [] })
  t.match(await outcomeOf(directory, { ...good, dialect: 'dialect: auto' }), { dialect: 'auto' })
  const words = { ...good, series: 'parameters: [kvm.gmem_in_place_conversion=1, quiet]' }
  t.match(await outcomeOf(directory, words), { parameters: ['kvm.gmem_in_place_conversion=1', 'quiet'] })
})

void test('the same text in another directory is not parsed again, and has its own paths', async (t) => {
  const directory = t.testdir({ one: {}, two: {} })
  const text = Object.values(good).join('\n')
  process.env['XDG_CACHE_HOME'] = path.join(directory, 'cache')
  for (const name of ['one', 'two']) {
    const file = path.join(directory, name, 'mine.yaml')
    await writeFile(file, text)
    const source = { kind: 'dir', path: path.join(directory, name, 'linux') }
    t.match(await loadKernelDefinition(file), { file, source })
  }
  t.equal((await readdir(path.join(directory, 'cache/gmemtest/definitions'))).length, 1)
})

void test('the error for an unknown kernel lists the nearest and all names', async (t) => {
  await t.rejects(loadKernelDefinition('gmem-convrt'), {
    code: 'KERNEL_UNKNOWN',
    message: "there is no kernel definition 'gmem-convrt'",
    hint: /try 'gmem-convert'; .* gmem-convert, .*stock-6\.12/,
  })
  await t.rejects(loadKernelDefinition('./nowhere.yaml'), { code: 'KERNEL_UNKNOWN' })
  await t.rejects(loadKernelDefinition(`${t.testdir({})}/`), {
    code: 'KERNEL_UNKNOWN',
    message: /is a directory, not a kernel definition/,
    hint: /source/,
  })
})

const mistakes = [
  ['a key with a typo', { dialect: 'dialct: vm-attributes' }, /mine\.yaml:4:1: there is no key 'dialct'/, /'dialect'/],
  ['a typo deeper down', { source: 'source:\n  debain: x' }, /mine\.yaml:3:3: there is no key 'debain'/, /'debian'/],
  ['a missing key', { description: '' }, /mine\.yaml:2:1: description is missing/],
  [
    'a parameter that is two words',
    { series: "parameters: ['quiet nosmp']" },
    /mine\.yaml:5:14: entry 1 of parameters must be one word of a kernel command line/,
  ],
  [
    'a wrong value',
    { dialect: 'dialect: vm-atributes' },
    /mine\.yaml:4:10: dialect must be one of /,
    /^try 'vm-attributes'$/,
  ],
  ['a kernel that is too fast', { series: 'slowdown: 0.5' }, /mine\.yaml:5:11: slowdown must be at least 1, got 0.5$/],
  [
    'an isolation that there is not',
    { series: 'isolation: vms' },
    /mine\.yaml:5:12: isolation must be one of vm, boot, none, got 'vms'$/,
  ],
  [
    'a slowdown that is no number',
    { series: 'slowdown: very' },
    /mine\.yaml:5:11: slowdown must be a number, got 'very'$/,
  ],
  ['no source', { source: 'source: {}' }, /mine\.yaml:2:9: source must have one of .*, got none/],
  ['two sources', { source: 'source: {dir: a, git: b}' }, /must have one of .*, got git and dir|dir and git/],
  ['a tarball without hash', { source: 'source: {tarball: a}' }, /mine\.yaml:2:19: source: tarball needs sha256/],
  ['what does not go together', { source: 'source: {dir: a, ref: b}' }, /mine\.yaml:2:18: source: ref does not go/],
  ['a ref that is an option', { source: 'source: {git: a, ref: --upload-pack=x}' }, /mine\.yaml:2:\d+: source\.ref/],
  ['a short hash', { source: 'source: {tarball: a, sha256: abc}' }, /64 hexadecimal digits/],
  ['no YAML', { source: 'source: {dir: a' }, /mine\.yaml:\d+:\d+: /],
  ['the same key twice', { series: 'dialect: vm-attributes' }, /mine\.yaml:5:1: Map keys must be unique/],
  [
    'a range without dots',
    { series: 'series: [{git: a, range: b}]' },
    /mine\.yaml:5:26: range in entry 1 of series must be A\.\.B, got 'b'$/,
  ],
  [
    'a complaint that is allowed for ever',
    { series: 'allow: [{match: WARNING in f, reason: known}]' },
    /mine\.yaml:5:9: expires in entry 1 of allow is missing/,
  ],
  [
    'a typo in an entry of allow',
    { series: 'allow: [{match: f, reason: known, expire: 2027-01-31}]' },
    /mine\.yaml:5:35: there is no key 'expire'/,
    /try 'expires'/,
  ],
] as const

for (const [what, lines, message, hint] of mistakes) {
  void test(`refused with its place: ${what}`, async (t) => {
    const error = await outcomeOf(t.testdir(), { ...good, ...lines })
    if (!(error instanceof GmemtestError)) throw error
    t.equal(error.code, 'DEFINITION_INVALID')
    t.match(error.message, message)
    if (hint !== undefined) t.match(error.hint, hint)
  })
}

const [first, ...rest] = Object.values(good)
const written = [first, ...rest, ''].join('\n')

for (const [what, text] of [
  ['lines of Windows', written.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\uFEFF${written}`],
  ['both', `\uFEFF${written.replaceAll('\n', '\r\n')}`],
  ['no final newline', written.trimEnd()],
  ['blanks and tabs at the ends of lines', written.replaceAll('\n', ' \t\n')],
  ['an anchor', written.replace('mine', '&what mine').replace('[base', '[base, &own ./own.config, *own')],
] as const) {
  void test(`read as it is meant: ${what}`, async (t) => {
    const file = path.join(t.testdir(), 'mine.yaml')
    await writeFile(file, text)
    process.env['XDG_CACHE_HOME'] = path.join(path.dirname(file), 'cache')
    t.match(await loadKernelDefinition(file), { description: 'mine', dialect: 'vm-attributes' })
  })
}

for (const [what, text, message] of [
  ['tabs as indentation', written.replace('{dir: ./linux}', '\n\tdir: ./linux'), /mine\.yaml:3:1: Tabs/],
  ['an alias without its anchor', written.replace('./linux', '*tree'), /mine\.yaml: Unresolved alias/],
  [
    'aliases that multiply',
    `${'abcdefgh'
      .split('')
      .map(
        (name, i, all) =>
          `${name}: &${name} [${Array(9)
            .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
            .join()}]`,
      )
      .join('\n')}\n${written}`,
    /mine\.yaml: Excessive alias count/,
  ],
  ['an unknown tag', written.replace('mine', '!secret mine'), /mine\.yaml:1:\d+: Unresolved tag/],
  ['two documents', `${written}---\n${written}`, /mine\.yaml:5:1: Source contains multiple documents/],
  [
    'the home of another user',
    written.replace('./linux', '~linus/linux'),
    /mine\.yaml:2:15: source\.dir must be a path/,
  ],
  ['nothing', '', /mine\.yaml:1:1: this is not a kernel definition: it is empty$/],
] as const) {
  void test(`refused with its place: ${what}`, async (t) => {
    const file = path.join(t.testdir(), 'mine.yaml')
    await writeFile(file, text)
    process.env['XDG_CACHE_HOME'] = path.join(path.dirname(file), 'cache')
    await t.rejects(loadKernelDefinition(file), { code: 'DEFINITION_INVALID', message })
  })
}

void test('no text at all is refused by its kind', async (t) => {
  const directory = t.testdir()
  const folder = path.join(directory, 'this is a folder')
  const utf16 = path.join(folder, 'mine.yaml')
  const large = path.join(folder, 'large.yaml')
  await mkdir(folder)
  await writeFile(utf16, Buffer.from(`\uFEFF${written}`, 'utf16le'))
  await writeFile(large, Buffer.alloc(5 * 2 ** 20, '#'))
  for (const [file, hint] of [
    [utf16, /UTF-8/],
    [large, /README/],
    [`${folder}/`, /README/],
    ['/dev/zero', /README/],
    ['/dev/null', /README/],
  ] as const) {
    await t.rejects(loadKernelDefinition(file), {
      code: 'KERNEL_UNKNOWN',
      message: /, not a kernel definition$/,
      hint,
    })
  }
})

void test("'~/' is the home directory of the user, as in a shell", async (t) => {
  const { HOME } = process.env
  t.teardown(() => (process.env['HOME'] = HOME))
  process.env['HOME'] = '/home/me'
  const lines = {
    ...good,
    source: 'source: {dir: ~/linux}',
    series: 'series: [~/v8, {git: ~/work, range: a..b}]',
    fragments: 'fragments: [~/mine.config]',
  }
  t.match(await outcomeOf(t.testdir(), lines), {
    source: { path: '/home/me/linux' },
    series: [{ path: '/home/me/v8' }, { repository: '/home/me/work' }],
    fragments: [{ path: '/home/me/mine.config' }],
  })
  for (const source of ['{git: ~/linux, ref: HEAD~1}', `{tarball: ~/linux.tar, sha256: ${'a'.repeat(64)}}`]) {
    t.match(await outcomeOf(t.testdir(), { ...good, source: `source: ${source}` }), {
      source: { location: /^\/home\/me\/linux/ },
    })
  }
})

void test('a file name that can name a kernel', async (t) => {
  const directory = t.testdir()
  process.env['XDG_CACHE_HOME'] = path.join(directory, 'cache')
  for (const name of ['mine', 'Mine', 'v6.12', 'a_b-c+d', 'x'.repeat(80), '7']) {
    const file = path.join(directory, `${name}.yaml`)
    await writeFile(file, written)
    t.match(await loadKernelDefinition(file), { name })
  }
  const refused = [
    ...String.raw`-dash .hidden it's a$b a"b a;b a:b a,b a#b a%b a=b a(b) a\b über 日本`.split(' '),
    '',
    'my kernel',
    'a\nb',
    'a\u001B[31m',
    'x'.repeat(81),
    'x'.repeat(250),
  ]
  for (const name of refused) {
    const file = path.join(directory, `${name}.yaml`)
    await writeFile(file, written)
    await t.rejects(loadKernelDefinition(file), {
      code: 'KERNEL_NAME',
      // No control character of the name reaches the terminal.
      message: /^the file "\P{Cc}*" cannot give a kernel its name: \P{Cc}*$/u,
      hint: /rename the file/,
    })
  }
  await t.rejects(loadKernelDefinition('x'.repeat(300)), { code: 'KERNEL_UNKNOWN' })
  await t.rejects(loadKernelDefinition(`./${'x'.repeat(300)}.yaml`), { code: 'KERNEL_UNKNOWN' })
})
