// Splats that several tasks print at the same time.
import { test } from 'tap'
import { findSplats, type Splat } from '../../../../harness/console/find-splats.ts'
import { patterns } from '../../../../harness/console/pattern-table.ts'
import { goldenLines, texts } from '../fixtures/golden.ts'

/** The facts that two splats of the same fault share, wherever they are in a log. */
function essence({ fingerprint, title, trace, corrupted }: Splat): unknown {
  return { fingerprint, title, trace, corrupted }
}

/** Prints these splats line by line in turn, each with its callers. */
function interleaved(names: readonly string[], callers: readonly string[]): string[] {
  const columns = names.map((name, index) => texts(name).map((line) => `[   12.345678]${callers[index] ?? ''} ${line}`))
  const longest = Math.max(...columns.map((column) => column.length))
  return Array.from({ length: longest }, (_, row) => columns.flatMap((column) => column[row] ?? [])).flat()
}

for (const pair of [
  ['warning', 'kasan'],
  ['null-dereference', 'lockdep-circular'],
  ['list-corruption', 'warning'],
] as const) {
  void test(`${pair.join(' and ')}, printed at the same time, are told apart by their callers`, (t) => {
    const found = findSplats(interleaved(pair, ['[   T77]', '[    C0]']))
    const alone = pair.flatMap((name) => findSplats(goldenLines(name)))
    t.strictSame(new Set(found.map(essence)), new Set(alone.map(essence)))
    t.equal(found.length, 2)
    t.end()
  })

  void test(`${pair.join(' and ')}, printed at the same time, are corrupted without callers`, (t) => {
    const found = findSplats(interleaved(pair, []))
    t.ok(found.length > 0)
    t.ok(found.every(({ corrupted }) => corrupted !== undefined))
    t.end()
  })
}

// The other logs have a part that another processor prints, or rely on the lines just before them.
const alone = new Set(['rcu-stall', 'call-trace', 'reboot', 'early-boot'])
const mixable = patterns.map(({ name }) => name).filter((name) => !alone.has(name))

for (let first = 0; first < mixable.length; first += 5) {
  const names = mixable.slice(first, first + 5)
  void test(`printed by five tasks at the same time: ${names.join(', ')}`, (t) => {
    const callers = names.map((_, index) => `[  T${1000 + index}]`)
    const found = findSplats(interleaved(names, callers), { isRunning: false })
    const wanted = names.flatMap((name) => findSplats(goldenLines(name), { isRunning: false }))
    t.strictSame(
      found.map((splat) => JSON.stringify(essence(splat))).toSorted(),
      wanted.map((splat) => JSON.stringify(essence(splat))).toSorted(),
    )
    t.end()
  })
}

function head(cpu: number, name: string): string[] {
  return [
    '------------[ cut here ]------------',
    `WARNING: CPU: ${cpu} PID: 4${cpu} at a.c:1 ${name}+0xa7/0x10a`,
    `CPU: ${cpu} UID: 0 PID: 4${cpu} Comm: ${name} Not tainted 6.15.0 #17 PREEMPT(voluntary)`,
    `RIP: 0010:${name}+0xa7/0x10a`,
  ]
}

function tail(name: string): string[] {
  return ['Call Trace:', ' <TASK>', ` ${name}+0x1/0x2`, ' </TASK>', '---[ end trace 0000000000000000 ]---']
}

function stamped(lines: readonly string[]): string[] {
  return lines.map((line, index) => `[   12.0000${String(index).padStart(2, '0')}] ${line}`)
}

void test('without callers, a splat that begins before the trace of another one is corrupted as well', (t) => {
  const mixed = [...head(0, 'a'), ...head(1, 'b'), ...tail('of_a'), ...tail('of_b')]
  const [first, second] = findSplats(stamped(mixed))
  t.match(first, { title: 'WARNING in a', corrupted: /another splat begins within it/ })
  t.match(second, { title: 'WARNING in b', corrupted: /its trace may belong to that one/ })
  const apart = [...head(0, 'a'), 'usb 1-1: new device', ...head(1, 'b'), ...tail('of_b')]
  const [, whole] = findSplats(stamped(apart))
  t.equal(whole?.title, 'WARNING in b')
  t.equal(whole?.corrupted, undefined, 'only the rest of the first one is lost')
  const kasan = ['='.repeat(66), 'BUG: KASAN: slab-use-after-free in memcpy+0x1/0x2']
  const ruled = findSplats(stamped([...head(0, 'a'), ...kasan, ...tail('of_a'), ...tail('of_b')]))
  t.match(ruled[1], { kind: 'kasan', corrupted: /its trace may belong to that one/ })
  t.end()
})
