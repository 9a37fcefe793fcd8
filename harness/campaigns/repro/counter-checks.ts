// Finds the check of the C program among counters of the kernel: pools of huge pages, leaks, mappings of the guest.
import type { Expectation } from './expectation.ts'
import type { Program } from './recorded-program.ts'
import { counters } from '../../oracle/counters.ts'
import { hugePageSizes, poolDirectory } from '../../base/huge-page-sizes.ts'

/** Returns the check of the first counter that differs; undefined when the compared values are no counters. */
export function checkOfCounters(program: Program, what: string): Expectation | undefined {
  return ofPool(program, what) ?? ofMappings(program, what) ?? ofPages(program, what) ?? ofLeak(program)
}

/** The fields of the counters of a pool, as the vocabulary of scenarios names them, with their files. */
const poolFiles = { total: 'nr', free: 'free', reserved: 'resv', surplus: 'surplus' } as const

/** Compares how much a counter of a pool has changed since the start: another computer has another pool. */
function ofPool({ failure, steps }: Program, what: string): Expectation | undefined {
  const [wanted, found] = [numbersOf(failure.wanted), numbersOf(failure.found)]
  const [field, file] = Object.entries(poolFiles).find(([name]) => wanted.get(name) !== found.get(name)) ?? []
  const size = hugePageSizes.find((each) => failure.message.includes(`pool of ${each}`))
  if (field === undefined || file === undefined || size === undefined) return undefined
  const path = `${poolDirectory(size)}/${file}_hugepages`
  const first = firstNumberIn(steps, path)
  const aim = wanted.get(field)
  if (first === undefined || aim === undefined) return undefined
  const change = BigInt(aim) - BigInt(first)
  return { kind: 'change', path, wanted: change, what: `${what}: change of ${field}`, after: steps.length - 1 }
}

/** The first value of a file that the test read, in a batch of files. */
function firstNumberIn(steps: Program['steps'], path: string): number | undefined {
  for (const { name, bytes, end } of steps) {
    if (name !== 'fileBatch' || end === undefined) continue
    let [at, result] = [0, 0]
    while (at + 8 <= bytes.length && result + 8 <= end.bytes.length) {
      const [length, content, size] = [
        bytes.readUInt32LE(at),
        bytes.readUInt32LE(at + 4),
        end.bytes.readUInt32LE(result + 4),
      ]
      const text = end.bytes.subarray(result + 8, result + 8 + size).toString('latin1')
      const digits = /\d+/.exec(text)?.[0]
      if (bytes.subarray(at + 8, at + 8 + length).toString() === path && digits !== undefined) return Number(digits)
      at += 8 + length + content
      result += 8 + size
    }
  }
  return undefined
}

const statistics = { '4K': 'pages_4k', '2M': 'pages_2m', '1G': 'pages_1g' } as const

interface Reading {
  readonly index: number
  readonly value: bigint
}

/** The readings of a statistic, each with its place in the program. */
function readingsOf(steps: Program['steps'], name: string): readonly Reading[] {
  return steps.flatMap((step, index) =>
    step.name === 'kvmStats' && step.process === 0 && step.bytes.toString() === name && step.end?.bytes.length === 8
      ? [{ index, value: step.end.bytes.readBigUInt64LE() }]
      : [],
  )
}

/** Compares by how much a statistic of the VM has grown between its last two readings. */
function ofMappings({ failure, steps }: Program, what: string): Expectation | undefined {
  const [wanted, found] = [numbersOf(failure.wanted), numbersOf(failure.found)]
  const [size, name] = Object.entries(statistics).find(([each]) => wanted.get(each) !== found.get(each)) ?? []
  if (size === undefined || name === undefined) return undefined
  const [from, to] = readingsOf(steps, name).slice(-2)
  const aim = wanted.get(size)
  if (from === undefined || to === undefined || aim === undefined) return undefined
  if (to.value - from.value !== BigInt(found.get(size) ?? NaN)) return undefined
  return {
    kind: 'statistic',
    from: from.index,
    falls: false,
    after: to.index,
    wanted: BigInt(aim),
    what: `${what}: those of ${size}`,
  }
}

/** Compares by how much the 4K mappings of the guest grew or fell, when the check was about the difference alone. */
function ofPages({ failure: { wanted, found }, steps }: Program, what: string): Expectation | undefined {
  const [from, to] = readingsOf(steps, 'pages_4k').slice(-2)
  if (typeof wanted !== 'number' || typeof found !== 'number' || from === undefined || to === undefined)
    return undefined
  const growth = to.value - from.value
  // Of no difference, the direction is unknown.
  if (growth === 0n || wanted < 0 || (growth < 0n ? -growth : growth) !== BigInt(Math.abs(found))) return undefined
  return { kind: 'statistic', from: from.index, falls: growth < 0n, after: to.index, wanted: BigInt(wanted), what }
}

/** A leak of a counter that has one number in one file of every kernel. */
function ofLeak({ failure, steps }: Program): Expectation | undefined {
  if (failure.kind !== 'leak') return undefined
  const leaked = counters.find(
    ({ name, files, tolerance, leaks }) =>
      tolerance === 0 &&
      leaks === 'either way' &&
      files.length === 1 &&
      failure.message.includes(`${name}: `) &&
      files[0]?.startsWith('/sys/kernel/mm/') === true,
  )
  const [path] = leaked?.files ?? []
  if (leaked === undefined || path === undefined) return undefined
  return { kind: 'change', path, wanted: 0n, what: `${leaked.name} after everything is closed`, after: steps.length }
}

/** The numbers of an object by their names; none for any other value. */
function numbersOf(value: unknown): ReadonlyMap<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map()
  return new Map(
    Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
      typeof part === 'number' && Number.isSafeInteger(part) ? [[name, part] as const] : [],
    ),
  )
}
