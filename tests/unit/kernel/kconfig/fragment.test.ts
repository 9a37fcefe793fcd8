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
