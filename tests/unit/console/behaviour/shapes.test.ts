// The time and the memory that a log takes do not depend on its shape. Times are those of the processor, and they are
// compared with the time that a clean log takes at that moment, so that other load of this computer does not count.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { ConsoleParser } from '../../../../harness/console/console-parser.ts'
import type { Splat } from '../../../../harness/console/splat.ts'
import { shapes, type Shape } from '../fixtures/shapes.ts'

const emptyShape: Shape = () => ''

const size = 250_000
/** A clean log is read at more than 100 MB/s where other shapes must be at 10 MB/s; the rest is for noise. */
const slowest = 30
/** For what does not grow with the log: compiled code and tables. */
const milliseconds = 60
const attempts = 3
/** The longer log of two whose times are compared: a time that grows with the square is 64 times as long, not 8. */
const larger = 8
const chunkBytes = 64 * 1024

interface Reading {
  readonly found: number
  readonly last: Splat | undefined
  readonly lines: number
  /** Milliseconds of the processor. */
  readonly time: number
}

/** Reads a log in chunks; `onOpen` is called before its end. */
function read(log: Buffer, onOpen?: () => void): Reading {
  let found = 0
  let last: Splat | undefined
  const begin = process.cpuUsage()
  const parser = new ConsoleParser({
    onSplat: (splat) => {
      found += 1
      last = splat
    },
  })
  for (let start = 0; start < log.length; start += chunkBytes) parser.write(log.subarray(start, start + chunkBytes))
  onOpen?.()
  parser.end()
  const { user, system } = process.cpuUsage(begin)
  return { found, last, lines: parser.lines, time: (user + system) / 1000 }
}

const clean = readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'clean.log'))
const cleanLog = Buffer.concat(Array.from({ length: Math.ceil(size / clean.length) }, () => clean))

/** The shortest of some readings: other load and compilation only add to a time. */
function shortest(log: Buffer): number {
  return Math.min(...Array.from({ length: attempts }, () => read(log).time))
}

/**
 * Tells how a shape is too slow, and nothing when it is not. A shape that is slow beside a clean log is looked at again:
 * only a time that grows faster than the log is a fault, the rest is the load of this computer.
 */
function tooSlow(shape: Shape): string | undefined {
  const log = Buffer.from(shape(size))
  const limit = milliseconds + (slowest * shortest(cleanLog) * log.length) / cleanLog.length
  if (read(log).time <= limit) return undefined
  const longer = Buffer.from(shape(size * larger))
  const growth = shortest(longer) / shortest(log)
  const longerBy = longer.length / log.length
  if (growth <= longerBy * 4) return undefined
  return `${growth.toFixed(1)} times the time for ${longerBy.toFixed(1)} times the length`
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}

read(cleanLog)

void test('each shape is read in the time of its length', (t) => {
  const slow = Object.entries(shapes).flatMap(([name, shape]) => {
    const message = tooSlow(shape)
    return message === undefined ? [] : [`${name}: ${message}`]
  })
  t.strictSame(slow, [])
  t.end()
})

/** The lines of several logs in turn. */
function mixed(logs: readonly string[][]): string {
  const rows = Math.max(...logs.map((lines) => lines.length))
  return Array.from({ length: rows }, (_, row) => logs.flatMap((lines) => lines[row] ?? []))
    .flat()
    .join('\n')
}

void test('mixtures of shapes are read in the time of their length', (t) => {
  const all = Object.entries(shapes)
  let seed = 1
  const next = (limit: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % limit
  }
  const slow: string[] = []
  for (let round = 0; round < 20; round += 1) {
    const chosen = Array.from({ length: 3 }, () => all[next(all.length)] ?? (['', emptyShape] as const))
    const message = tooSlow((length) => mixed(chosen.map(([, shape]) => shape(length / 8).split('\n'))))
    if (message !== undefined) slow.push(`${chosen.map(([name]) => name).join(' + ')}: ${message}`)
  }
  t.strictSame(slow, [])
  t.end()
})

void test('no shape takes memory that grows with the log', (t) => {
  const large: string[] = []
  for (const name of [
    'one line without end',
    'torn warnings of many tasks',
    'functions of many names',
    'injected faults of many tasks',
    'backtraces of many processors',
    'processors in turn',
    'locks',
    'tasks out of memory',
  ]) {
    const log = Buffer.from((shapes[name] ?? emptyShape)(4_000_000))
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    read(log, () => {
      collectGarbage()
      const megabytes = (process.memoryUsage().heapUsed - before) / 1e6
      if (megabytes > 8) large.push(`${name}: ${megabytes.toFixed(1)} MB`)
    })
  }
  t.strictSame(large, [])
  t.end()
})

void test('a flood of splats ends with a splat that no allowance covers', (t) => {
  const log = Buffer.from((shapes['torn warnings of many tasks'] ?? emptyShape)(2_000_000))
  const { found, last, lines } = read(log)
  t.ok(found >= 10_000 && found < 10_100, `${found} splats`)
  t.match(last, { kind: 'flood', said: 'more than 10000 splats: the rest of the log is not read', isMixed: true })
  t.equal(lines, log.toString().split('\n').length - 1, 'all lines are counted')
  t.end()
})

void test('so does a flood of lines', (t) => {
  const { last } = read(Buffer.from((shapes['headlines of traces'] ?? emptyShape)(14_000_000)))
  t.match(last, { kind: 'flood', said: 'more than 500000 lines of splats: the rest of the log is not read' })
  t.end()
})

void test('a splat without end is cut off, and the next one is found', (t) => {
  const long = (shapes['functions of many names'] ?? emptyShape)(1_000_000)
  const found: Splat[] = []
  const parser = new ConsoleParser({ onSplat: (splat) => found.push(splat) })
  parser.write(`${long}[    2.000000] BUG: KASAN: use-after-free in g+0x1/0x2\n`)
  parser.end()
  t.match(found, [{ title: /in f$/, corrupted: /more than 20000 lines/ }, { title: /in g$/ }])
  t.equal(found[0]?.trace.length, 2000, 'the functions are bounded')
  t.end()
})

void test('a splat behind a long line is found, and its line is counted right', (t) => {
  const found: Splat[] = []
  const parser = new ConsoleParser({ onSplat: (splat) => found.push(splat) })
  const dots = '.'.repeat(100_000)
  parser.write(`first\n${dots}[    2.000000] BUG: KASAN: use-after-free in g+0x1/0x2\n`)
  for (const piece of [dots, dots, '[    3.000000] BUG: KFENCE: use-after-free in h+0x1/0x2\n']) parser.write(piece)
  parser.end()
  t.match(found, [
    { kind: 'kasan', start: 1 },
    { kind: 'kfence', start: 2 },
  ])
  t.equal(parser.lines, 3)
  t.end()
})
