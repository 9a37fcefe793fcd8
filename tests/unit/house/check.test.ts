// Each rule of the house, on a small project: a clean one passes, and each kind of fault is seen.
import { test } from 'tap'
import { checkHouse } from '../../house/check.ts'
import { rooms as realRooms, type Rooms } from '../../house/rooms.ts'
import { listFaults } from '../../house/walls.ts'

const rooms: Rooms = { base: [], vm: ['base'], 'suites/scenarios': ['vm'], 'cli.ts': ['suites/scenarios'] }

type Tree = { [name: string]: string | Tree }

/** A project without a fault; `harness` and `unit` add to it or replace parts of it. */
function project(harness: Tree = {}, unit: Tree = {}): Tree {
  return {
    harness: {
      base: { 'errors.ts': 'export type Text = string\n' },
      vm: { 'start.ts': "import type { Text } from '../base/errors.ts'\nexport const start: Text = ''\n" },
      suites: { scenarios: { 'load.ts': "export { start } from '../../vm/start.ts'\n" } },
      'cli.ts': "await import('./suites/scenarios/load.ts')\n",
      'setup.sh': '',
      ...harness,
    },
    tests: {
      house: { 'rule.ts': '' },
      unit: {
        base: { 'errors.test.ts': '', behaviour: { 'any.test.ts': '' }, fixtures: { 'words.ts': '' } },
        house: { 'rule.test.ts': '' },
        'setup.test.ts': '',
        ...unit,
      },
    },
  }
}

/** A project with one more file: its folders, its name and its text. */
function withFile(...parts: readonly [string, string, ...string[]]): Tree {
  const [folder, ...rest] = parts
  const tree = project()
  const inner = rest.slice(0, -1).reduceRight<Tree | string>((text, name) => ({ [name]: text }), rest.at(-1) ?? '')
  const before = tree[folder]
  return { ...tree, [folder]: { ...(typeof before === 'object' ? before : {}), ...Object(inner) } }
}

const oneFile = { 'errors.ts': '' }
const manyFiles = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`part-${index}.ts`, '']))

const cases: readonly (readonly [title: string, tree: Tree, fault: RegExp])[] = [
  [
    'an import of a type from a room above',
    project({ base: { 'errors.ts': "\nimport type { start } from '../vm/start.ts'\n" } }),
    /^harness\/base\/errors\.ts:2: base imports harness\/vm\/start\.ts, but may import only: no other room; /,
  ],
  [
    'an import that tunnels to a room that is not next to it',
    project({ 'cli.ts': "import './vm/start.ts'\n" }),
    /^harness\/cli\.ts:1: cli\.ts imports harness\/vm\/start\.ts, but may import only: suites\/scenarios; /,
  ],
  [
    'an export from a room above',
    project({ base: { 'errors.ts': "export * from '../vm/start.ts'\n" } }),
    /errors\.ts:1: base imports harness\/vm\/start\.ts, /,
  ],
  [
    'an import() of a room above',
    project({ base: { 'errors.ts': "void import('../cli.ts')\n" } }),
    /errors\.ts:1: base imports harness\/cli\.ts, /,
  ],
  [
    'an import of a file outside of harness/',
    project({ base: { 'errors.ts': "import '../../tests/house/rule.ts'\n" } }),
    /errors\.ts:1: base imports tests\/house\/rule\.ts, /,
  ],
  [
    'a room that the allow-list does not know',
    project({ attic: { 'box.ts': '' } }),
    /^harness\/attic\/box\.ts:1: is in no room that tests\/house\/rooms\.ts knows; /,
  ],
  ['a file beside the rooms', project({ 'new.ts': '' }), /^harness\/new\.ts:1: is in no room that /],
  [
    'a base name that stands twice',
    project({ base: { 'errors.ts': '', deep: { 'start.ts': '' } } }),
    /^harness\/vm\/start\.ts:1: the base name start\.ts is also that of harness\/base\/deep\/start\.ts; /,
  ],
  [
    'too many files in a folder',
    project({ base: { ...oneFile, deep: manyFiles } }),
    /^harness\/base\/deep:1: 21 files, the limit is 20; /,
  ],
  ['a long file', project({ 'setup.sh': '\n'.repeat(301) }), /^harness\/setup\.sh:301: 301 lines, the limit is 300; /],
  [
    'a unit test of a file that is absent',
    project({}, { vm: { 'stop.test.ts': '' } }),
    /^tests\/unit\/vm\/stop\.test\.ts:1: mirrors harness\/vm\/stop\.ts, which is absent; .* tests\/unit\/vm\/behaviour\/$/,
  ],
  [
    'a unit test of a room that is absent',
    project({}, { cellar: { behaviour: { 'any.test.ts': '' } } }),
    /^tests\/unit\/cellar\/behaviour\/any\.test\.ts:1: mirrors the folder harness\/cellar, which is absent; /,
  ],
  [
    'a helper of tests that is no fixture',
    project({}, { vm: { 'words.ts': '' } }),
    /^tests\/unit\/vm\/words\.ts:1: is no \*\.test\.ts; move it to tests\/unit\/vm\/fixtures\/$/,
  ],
  [
    'a comparison with a dialect',
    project({
      base: { 'errors.ts': "// 'vm-attributes'\nexport const is = (d: string) => d !== 'vm-attributes'\n" },
    }),
    /^harness\/base\/errors\.ts:2: compares with the dialect vm-attributes; /,
  ],
  [
    'a case for a dialect',
    project({ base: { 'errors.ts': "switch ('' as string) {\n  case 'convert-ioctl':\n}\n" } }),
    /^harness\/base\/errors\.ts:2: compares with the dialect convert-ioctl; /,
  ],
  [
    'a word that names no subject, in a comment',
    project({ base: { 'errors.ts': '\n// Somebody waits.\n' } }),
    /^harness\/base\/errors\.ts:2: the word somebody is vague; /,
  ],
  [
    'such a word in a scenario',
    withFile('tests', 'scenarios', 'slots', 'a-slot.ts', "'whatever its shape'\n"),
    /^tests\/scenarios\/slots\/a-slot\.ts:1: the word whatever /,
  ],
  [
    'such a word in the agent',
    withFile('guest-images', 'agent', 'a.c', '/* whoever */\n'),
    /^guest-images\/agent\/a\.c:1: the word whoever /,
  ],
  ['such a word in docs', withFile('docs', 'a.md', 'Whichever\n'), /^docs\/a\.md:1: the word whichever /],
  [
    'such a word in the text of a mutant',
    withFile('kernel-configs', 'series', 'a', 'mutants', 'b.patch', 'Subject: b\n\nNobody waits.\n---\n'),
    /^kernel-configs\/series\/a\/mutants\/b\.patch:3: the word nobody /,
  ],
]

/** The faults of a tree, each as the line that the check prints. */
function linesOf(root: string): string[] {
  return checkHouse(root, rooms).map(({ file, line, message }) => `${file}:${line}: ${message}`)
}

void test('a clean project has no fault', (t) => {
  const edge = project({
    'setup.sh': '\n'.repeat(300),
    uapi: { 'dialect.ts': "export const is = (d: string) => d === 'convert-ioctl'\n" },
  })
  const words = project({ base: { 'errors.ts': "// somebodys\nexport const log = 'irq 7: nobody cared'\n" } })
  const patches = {
    '0001-a.patch': 'Whatever\n',
    mutants: { 'b.patch': 'Subject: b\n---\n+/* nobody waits */\n' },
  }
  t.strictSame(linesOf(t.testdir(project())), [])
  t.strictSame(linesOf(t.testdir({ ...words, 'kernel-configs': { series: { a: patches } } })), [])
  t.strictSame(checkHouse(t.testdir(edge), { ...rooms, uapi: [] }), [])
  t.end()
})

for (const [title, tree, fault] of cases) {
  void test(`${title} is the one fault`, (t) => {
    const lines = linesOf(t.testdir(tree))
    t.equal(lines.length, 1, lines.join('\n'))
    t.match(lines[0], fault)
    t.end()
  })
}

void test('a file that cannot be parsed is no pass', (t) => {
  const root = t.testdir(project({ base: { 'errors.ts': 'import from from from\n' } }))
  t.throws(() => checkHouse(root, rooms), {
    message: /^cannot parse harness\/base\/errors\.ts: .*; run: make types$/,
  })
  t.end()
})

void test('the allow-list itself has faults', (t) => {
  const root = t.testdir({ harness: { a: {}, b: {}, c: {} } })
  const messages = (list: Rooms) => listFaults(root, list).map((fault) => fault.message)
  t.strictSame(messages({ a: [], b: ['a'], c: ['a', 'b'] }), [])
  t.match(messages({ a: ['c'], b: ['a'], c: ['b'] }), [/^rooms import in a circle: a -> c -> b -> a; /])
  t.match(messages({ a: ['d'] }), [/^a may import d, which has no row; /])
  t.match(messages({ d: [] }), [/^the room d is absent; /])
  t.end()
})

void test('the allow-list of the project has no circle', (t) => {
  t.strictSame(
    listFaults(t.testdirName, realRooms).filter(({ message }) => message.includes('circle')),
    [],
  )
  t.end()
})
