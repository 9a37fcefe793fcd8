// The speed of the console parser.
import { readFile } from 'node:fs/promises'
import { ConsoleParser } from '../harness/console/console-parser.ts'
import { inProject } from '../harness/base/paths.ts'
import { shapes } from '../tests/unit/console/fixtures/shapes.ts'
import { median, type Measurement } from './figure.ts'

const rounds = 7
const chunkBytes = 64 * 1024
const megabytes = 50
/** Of each shape that costs most. */
const shapeMegabytes = 20
/** One splat comes after so many clean boots. */
const bootsPerSplat = 50

/** Builds one log of clean boots with a splat now and then. */
async function longConsole(): Promise<Buffer> {
  const clean = await readFile(inProject('tests/unit/console/fixtures/clean.log'))
  const warning = await readFile(inProject('tests/unit/console/golden/warning.log'))
  const period = Buffer.concat([...Array.from({ length: bootsPerSplat }, () => clean), warning])
  return Buffer.concat(Array.from({ length: Math.ceil((megabytes * 1e6) / period.length) }, () => period))
}

interface Reading {
  readonly warnings: number
  /** Seconds of the processor: parsing never waits, and other load of this computer does not count. */
  readonly seconds: number
}

function read(log: Buffer): Reading {
  let warnings = 0
  const begin = process.cpuUsage()
  const parser = new ConsoleParser({ onSplat: ({ kind }) => (warnings += Number(kind === 'warning')) })
  for (let start = 0; start < log.length; start += chunkBytes) parser.write(log.subarray(start, start + chunkBytes))
  parser.end()
  const { user, system } = process.cpuUsage(begin)
  return { warnings, seconds: (user + system) / 1e6 }
}

function timeToRead(log: Buffer): number {
  const { warnings, seconds } = read(log)
  if (warnings === 0) throw new Error('the parser has found no splat, so its time is worthless')
  return seconds
}

/** Measures the shapes of logs that cost most. */
function slowestShape(): { readonly name: string; readonly speed: number } {
  const all = Object.entries(shapes).map(([name, shape]) => {
    const log = Buffer.from(shape(shapeMegabytes * 1e6))
    return { name, speed: log.length / 1e6 / read(log).seconds }
  })
  return all.reduce((slowest, one) => (one.speed < slowest.speed ? one : slowest))
}

export const consoleReading: Measurement = {
  name: 'console',
  summary: 'parsing a console for splats',
  measure: async (say) => {
    const log = await longConsole()
    say(`${rounds} times ${(log.length / 1e6).toFixed(0)} MB`)
    const times = Array.from({ length: rounds }, () => timeToRead(log))
    const value = log.length / 1e6 / median(times)
    say(`${Object.keys(shapes).length} shapes of ${shapeMegabytes} MB`)
    const slowest = slowestShape()
    return [
      { what: 'console parsed for splats, median', value, unit: 'MB/s', least: 50 },
      { what: `console of the slowest shape (${slowest.name})`, value: slowest.speed, unit: 'MB/s', least: 10 },
    ]
  },
}
