import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { parseFragment, readFragments, requestedConfig } from '../../../../harness/kernel/kconfig/fragment.ts'
import { lostRequests, overridden } from '../../../../harness/kernel/kconfig/configure.ts'

function filesIn(directory: string, ...names: readonly string[]): { name: string; path: string }[] {
  return names.map((name) => ({ name, path: path.join(directory, `${name}.config`) }))
}

void test('order, comments and files do not change the requests', async (t) => {
  const directory = t.testdir({
    'a.config': '# why\nCONFIG_A=y\n\nCONFIG_N=-1\n',
    'b.config': '# CONFIG_B is not set\nCONFIG_A=y\nCONFIG_S="a b"\n',
  })
  const wanted = '# CONFIG_B is not set\nCONFIG_A=y\nCONFIG_N=-1\nCONFIG_S="a b"'
  for (const names of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    t.equal(requestedConfig(await readFragments(filesIn(directory, ...names))), wanted)
  }
})

void test('an option that a tree may lack', (t) => {
  const text = 'CONFIG_A=y # where the tree has it\nCONFIG_B=y\n'
  const requests = parseFragment('/f', text)
  t.same(
    requests.map(({ name, ifKnown }) => [name, ifKnown]),
    [
      ['A', true],
      ['B', undefined],
    ],
  )
  t.equal(requestedConfig(requests), 'CONFIG_A=y\nCONFIG_B=y', 'the mark is no part of what is asked for')
  t.throws(() => parseFragment('/f', 'CONFIG_A=y # perhaps\n'), { code: 'FRAGMENT_INVALID' })
  t.end()
})

void test('a conflict names both lines', async (t) => {
  const directory = t.testdir({ 'a.config': 'CONFIG_A=y\n', 'b.config': '#\n# CONFIG_A is not set\n' })
  await t.rejects(readFragments(filesIn(directory, 'a', 'b')), {
    code: 'FRAGMENTS_CONFLICT',
    message: /CONFIG_A is asked for twice: 'y' at .*a\.config:1, 'n' at .*b\.config:2/,
  })
})

void test('the error for a missing fragment names the nearest one', async (t) => {
  const directory = t.testdir({ 'health.config': '' })
  await t.rejects(readFragments(filesIn(directory, 'helth')), {
    code: 'FRAGMENT_UNKNOWN',
    hint: /try 'health'/,
  })
})

for (const line of ['CONFIG_A = y', 'A=y', 'CONFIG_A=yes', 'CONFIG_A="', 'CONFIG_A']) {
  void test(`not an option: ${line}`, (t) => {
    t.throws(() => parseFragment('/f.config', `CONFIG_B=y\n${line}\n`), {
      code: 'FRAGMENT_INVALID',
      message: `/f.config:2: '${line}' is not an option`,
    })
    t.end()
  })
}

void test('requests replace the values of tinyconfig', (t) => {
  const requests = parseFragment('/f.config', 'CONFIG_A=y\n# CONFIG_B is not set\n')
  t.equal(
    overridden('# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_AB=y\n', requests),
    'CONFIG_AB=y\n\nCONFIG_A=y\n# CONFIG_B is not set\n',
  )
  t.end()
})

void test('all requests are compared, those that switch an option off too', (t) => {
  const requests = parseFragment('/f.config', 'CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\nCONFIG_D=3\n')
  const config = new Map([
    ['A', 'm'],
    ['B', 'y'],
    ['D', '3'],
  ])
  t.strictSame(
    lostRequests(requests, config).map(({ name }) => name),
    ['A', 'B'],
  )
  t.end()
})

/** Texts that say what this one says: an editor, a mailer or another system wrote them. */
const plain = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=3\n# a remark\n# CONFIG_D=y\n'
for (const [what, text] of [
  ['lines of Windows', plain.replaceAll('\n', '\r\n')],
  ['lines of an old Macintosh', plain.replaceAll('\n', '\r')],
  ['a byte order mark', `\uFEFF${plain}`],
  ['a byte order mark before an option that is off', `\uFEFF# CONFIG_B is not set\r\nCONFIG_A=y\r\nCONFIG_C=3\r\n`],
  ['trailing blanks', plain.replaceAll('\n', '  \t\n')],
  ['trailing blanks that a mailer made', plain.replaceAll('\n', '\u00A0\n')],
  ['no final newline', 'CONFIG_A=y\nCONFIG_C=3\n# CONFIG_B is not set'],
] as const) {
  void test(`the same requests: ${what}`, (t) => {
    t.equal(requestedConfig(parseFragment('/f', text)), '# CONFIG_B is not set\nCONFIG_A=y\nCONFIG_C=3')
    t.end()
  })
}

for (const [line, hint] of [
  ['CONFIG_A=y # why', /line of its own/],
  ['# CONFIG_A is not set # why', /line of its own/],
  ['#CONFIG_A is not set', /write exactly: # CONFIG_NAME is not set/],
  ['#  CONFIG_A is not set', /write exactly/],
  ['# CONFIG_A is  not set', /write exactly/],
  ['# CONFIG_A not set', /write exactly/],
  ['# CONFIG_A is not set.', /write exactly/],
  ['# config_a is not set', /write exactly/],
  ['## CONFIG_A is not set', /write exactly/],
  [' # CONFIG_A is not set', /blanks at the beginning/],
  ['\tCONFIG_A=y', /blanks at the beginning/],
  ['CONFIG_A = y', /around '='/],
  ['CONFIG_A= y', /around '='/],
  ['CONFIG_A =y', /around '='/],
  ['config_a=y', /capitals/],
  ['CONFIG_A=Y', /small letters/],
  ['CONFIG_A=1 2', /write CONFIG_|small letters/],
  ['CONFIG_A=', /CONFIG_NAME=y|small letters/],
  ['export CONFIG_A=y', /CONFIG_NAME=y/],
  ['<<<<<<< HEAD', /CONFIG_NAME=y/],
] as const) {
  void test(`never a comment in silence: ${JSON.stringify(line)}`, (t) => {
    t.throws(() => parseFragment('/f.config', `CONFIG_B=y\r\n${line}\r\n`), {
      code: 'FRAGMENT_INVALID',
      message: /^\/f\.config:2: '.*' is not an option$/,
      hint,
    })
    t.end()
  })
}

void test('a contradiction in one file names both lines', async (t) => {
  for (const [text, message] of [
    ['CONFIG_A=y\nCONFIG_A=n\n', /'y' at .*a\.config:1, 'n' at .*a\.config:2/],
    ['# CONFIG_A is not set\r\nCONFIG_A=y\r\n', /'n' at .*:1, 'y' at .*:2/],
    ['CONFIG_A=y\nCONFIG_A=m\n', /'y' at .*:1, 'm' at .*:2/],
  ] as const) {
    const directory = t.testdir({ 'a.config': text })
    await t.rejects(readFragments(filesIn(directory, 'a')), { code: 'FRAGMENTS_CONFLICT', message })
  }
})

void test('a tree must have an option when one of two lines says so', async (t) => {
  const directory = t.testdir({ 'a.config': 'CONFIG_A=y # where the tree has it\n', 'b.config': 'CONFIG_A=y\n' })
  for (const names of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const [request] = await readFragments(filesIn(directory, ...names))
    t.equal(request?.ifKnown, undefined)
  }
})

void test('files that are no fragments', async (t) => {
  const directory = t.testdir({
    'folder.config': {},
    'empty.config': '',
    'remarks.config': '# CONFIG_A=y\n\n',
    'binary.config': 'CONFIG_A=y\0\n',
  })
  for (const [name, message] of [
    ['folder', /folder\.config is a directory, not a fragment/],
    ['empty', /empty\.config has no option$/],
    ['remarks', /remarks\.config has no option$/],
    ['binary', /binary\.config is a binary file, not a fragment/],
  ] as const) {
    await t.rejects(readFragments(filesIn(directory, name)), { fault: 'usage', message, hint: /\w/ })
  }
  await t.rejects(readFragments([{ name: 'zero', path: '/dev/zero' }]), { fault: 'usage', message: /is a device/ })
  const loop = path.join(directory, 'loop.config')
  await symlink('loop.config', loop)
  await t.rejects(readFragments([{ name: 'loop', path: loop }]), {
    fault: 'infra',
    message: /cannot read the fragment/,
  })
})
