// Random trees of tests, printed as different programs print them, through different consoles: all must read the same.
import { test } from 'tap'
import { readLog } from '../../../../harness/ktap/read.ts'
import { numbers, problems } from '../fixtures/shown.ts'

const outcomes = ['passed', 'failed', 'skipped', 'not ok, skipped'] as const
type Outcome = (typeof outcomes)[number]

interface Tree {
  readonly name: string
  readonly outcome: Outcome
  readonly below: readonly Tree[]
}

type Random = (limit: number) => number

function randomFrom(seed: number): Random {
  let state = seed * 7919 + 1
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647
    return state % limit
  }
}

function treeOf(random: Random, depth: number, name: string): Tree {
  const count = depth === 0 || random(3) === 0 ? 0 : 1 + random(3)
  const below = Array.from({ length: count }, (_, index) => treeOf(random, depth - 1, `${name}_${'abc'.charAt(index)}`))
  const own = outcomes[random(outcomes.length)] ?? 'passed'
  if (count === 0) return { name, outcome: own, below }
  const hasFailed = below.some(({ outcome }) => outcome === 'failed')
  return { name, outcome: hasFailed ? 'failed' : 'passed', below }
}

/** Counts the leaves: passed, failed, crashed, skipped. */
function countsOf(trees: readonly Tree[]): number[] {
  const leaves = (tree: Tree): readonly Tree[] => (tree.below.length === 0 ? [tree] : tree.below.flatMap(leaves))
  const all = trees.flatMap(leaves)
  const number = (...wanted: Outcome[]): number => all.filter(({ outcome }) => wanted.includes(outcome)).length
  return [number('passed'), number('failed'), 0, number('skipped', 'not ok, skipped')]
}

function resultLine({ name, outcome }: Tree, number: number, dash: string): string {
  const word = outcome === 'failed' || outcome === 'not ok, skipped' ? 'not ok' : 'ok'
  return `${word} ${number} ${dash}${name}${outcome.endsWith('skipped') ? ' # SKIP no KVM' : ''}`
}

type Writer = (trees: readonly Tree[]) => string[]

/** Writes subtests with headers, each level indented by some blanks. */
function nested(header: readonly string[], indent: string, dash: string, isPlanLate = false): Writer {
  const linesOf = (trees: readonly Tree[]): string[] => {
    const plan = [`1..${trees.length}`]
    const tests = trees.flatMap((tree, index) => [
      ...(tree.below.length === 0 ? [] : block(tree).map((line) => `${indent}${line}`)),
      resultLine(tree, index + 1, dash),
    ])
    return isPlanLate ? [...tests, ...plan] : [...plan, ...tests]
  }
  const block = (tree: Tree): string[] => [...header.slice(1), `# Subtest: ${tree.name}`, ...linesOf(tree.below)]
  return (trees) => [header[0] ?? '', ...linesOf(trees)]
}

/** Writes as the runner of kselftest does: the tests of a program are quoted, and not counted. */
const runner: Writer = (trees) => [
  'TAP version 13',
  `1..${trees.length}`,
  ...trees.flatMap((tree, index) => [
    '# timeout set to 45',
    `# selftests: kvm: ${tree.name}`,
    ...(tree.below.length === 0 ? [] : flat(tree.below).map((line) => `# ${line}`)),
    resultLine(tree, index + 1, 'selftests: kvm: '),
  ]),
]

function flat(trees: readonly Tree[]): string[] {
  return ['TAP version 13', `1..${trees.length}`, ...trees.map((tree, index) => resultLine(tree, index + 1, ''))]
}

const writers: Readonly<Record<string, Writer>> = {
  KUnit: nested(['KTAP version 1', 'KTAP version 1'], '    ', ''),
  'KUnit of Linux 5': nested(['TAP version 14'], '\t', '- '),
  'KTAP by its documentation': nested(['KTAP version 1', 'KTAP version 1'], '  ', ''),
  'indentation is lost': nested(['KTAP version 1', 'KTAP version 1'], '', ''),
  'TAP 14': nested(['TAP version 14'], '    ', '- '),
  'TAP 14, plans at the end': nested(['TAP version 14'], '    ', '- ', true),
}

type Console = (lines: readonly string[], random: Random) => string[]

const consoles: Readonly<Record<string, Console>> = {
  file: (lines) => [...lines],
  CRLF: (lines) => lines.map((line) => `${line}\r`),
  'byte order mark': (lines) => lines.map((line, index) => (index === 0 ? `\uFEFF${line}` : line)),
  'no-break spaces': (lines) => lines.map((line) => line.replaceAll(' ', '\u00A0')),
  printk: (lines) => lines.map((line, index) => `[${String(9990 + index).padStart(5)}.00${1000 + index}] ${line}`),
  'printk with callers': (lines, random) =>
    lines.map((line) => `[    1.000000][ ${['  T1', 'T123', '  C0'][random(3)]}] ${line}`),
  'printk with messages in between': (lines, random) =>
    lines.flatMap((line) => [
      `[    1.000000] ${line}`,
      ...(random(2) === 0
        ? ['[    1.000001] random: crng init done', '[    1.000002]     # case: ok, 1..2 of them']
        : []),
    ]),
  journal: (lines) => lines.map((line, index) => `Jan ${1 + (index % 31)} 10:11:12 host kernel: ${line}`),
  'another capture': (lines, random) => lines.map((line) => `2027-01-02T03:04:0${random(10)}.123Z ${line}`),
  GitLab: (lines, random) =>
    lines.map((line) => `2027-01-02T03:04:0${random(10)}.123456Z 0${random(10)}${['O', 'E', 'O+'][random(3)]} ${line}`),
  'a container': (lines) => lines.map((line) => `worker-1  | ${line}`),
  tmt: (lines) => lines.map((line) => `            out: ${line}`),
  netconsole: (lines) => lines.map((line, index) => `6,${1000 + index},${99_000 + index},-;${line}`),
  'raw dmesg': (lines) => lines.map((line, index) => `<${4 + (index % 3)}>[    1.00000${index % 10}] ${line}`),
  'journal with ISO times': (lines, random) =>
    lines.map((line) => `2027-01-02T03:04:0${random(10)}+0100 host kernel: ${line}`),
  'dmesg -T': (lines, random) => lines.map((line) => `[Sat Jan  2 03:04:0${random(10)} 2027] ${line}`),
  'a remote test runner': (lines, random) => lines.map((line) => `03:04:0${random(10)} host1 stdout: ${line}`),
  'all of it quoted': (lines) => lines.map((line) => `# ${line}`),
  'all of it indented': (lines) => lines.map((line) => `      ${line}`),
  'behind a boot': (lines) => [
    'Linux version 6.12.0',
    'ok, here we go',
    ...lines,
    'reboot: System halted',
    'not ok 1 x',
  ],
  'after another run': (lines) => [...lines, '', ...lines],
}

for (const [writing, writer] of Object.entries(writers)) {
  void test(`${writing}: each console, the same counts`, (t) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = randomFrom(seed)
      const trees = Array.from({ length: 1 + random(4) }, (_, index) => treeOf(random, 3, `t${index}`))
      const lines = writer(trees)
      for (const [name, through] of Object.entries(consoles)) {
        const isTwice = name === 'after another run'
        if (isTwice && writing === 'indentation is lost') continue
        const report = readLog(`${through(lines, random).join('\n')}\n`)
        const wanted = countsOf(isTwice ? [...trees, ...trees] : trees)
        const faults = problems(report)
        if (JSON.stringify([wanted, []]) === JSON.stringify([numbers(report), faults])) continue
        t.fail(`seed ${seed}, ${name}: ${numbers(report).join()} instead of ${wanted.join()}\n${faults.join('\n')}`)
        t.comment(through(lines, random).join('\n'))
        return t.end()
      }
    }
    t.pass()
    return t.end()
  })

  void test(`${writing}: a log without its beginning tells each failure that it has`, (t) => {
    const silent: string[] = []
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = randomFrom(seed)
      const lines = writer(Array.from({ length: 1 + random(4) }, (_, index) => treeOf(random, 3, `t${index}`)))
      for (let cut = 1; cut < lines.length; cut += 1) {
        const rest = lines.slice(cut)
        const isBad = rest.some((line) => line.includes('not ok') && !line.includes('SKIP'))
        const { counts, problems: faults } = readLog(`${rest.join('\n')}\n`)
        if (isBad && counts.failed + counts.crashed + faults.length === 0) silent.push(`seed ${seed}, line ${cut}`)
      }
    }
    t.same(silent, [])
    t.end()
  })
}

void test('a runner of kselftest: the same counts, quoted or not', (t) => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = randomFrom(seed)
    const trees = Array.from({ length: 1 + random(5) }, (_, index) => treeOf(random, 1, `t${index}`))
    const wanted = countsOf(trees.map((tree) => ({ ...tree, below: [] })))
    const lines = runner(trees)
    const cut = lines.slice(2)
    for (const log of [lines, lines.map((line) => `[    1.000000] ${line}`), cut, lines.map((line) => `${line}\r`)]) {
      t.same(
        [numbers(readLog(log.join('\n'))), problems(readLog(log.join('\n')))].slice(0, log === cut ? 1 : 2),
        log === cut ? [wanted] : [wanted, []],
        `seed ${seed}\n${log.join('\n')}`,
      )
    }
  }
  t.end()
})
