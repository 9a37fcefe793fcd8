// How fast a console is read for what the kernel complains about.
import { readFile } from 'node:fs/promises'
import { ConsoleParser } from '../harness/console/console-parser.ts'
import { inProject } from '../harness/base/paths.ts'
import { median } from './figure.ts'
import type { Measurement } from './figure.ts'

const rounds = 7
const chunkBytes = 64 * 1024
const megabytes = 50
/** Of so many boots of a clean kernel, one complains. */
const bootsPerSplat = 50

/** Consoles of clean boots, with a complaint now and then, as one log. */
async function longConsole(): Promise<Buffer> {
  const clean = await readFile(inProject('tests/unit/console/fixtures/clean.log'))
  const warning = await readFile(inProject('tests/unit/console/golden/warning.log'))
  const period = Buffer.concat([...Array.from({ length: bootsPerSplat }, () => clean), warning])
  return Buffer.concat(Array.from({ length: Math.ceil((megabytes * 1e6) / period.length) }, () => period))
}

/** In seconds of the processor: reading waits for nothing, and what else the machine does is not counted. */
function timeToRead(log: Buffer): number {
  let warnings = 0
  const begin = process.cpuUsage()
  const parser = new ConsoleParser({ onSplat: ({ kind }) => (warnings += Number(kind === 'warning')) })
  for (let start = 0; start < log.length; start += chunkBytes)
    parser.write(log.subarray(start, start + chunkBytes))
  parser.end()
  const { user, system } = process.cpuUsage(begin)
  if (warnings === 0) throw new Error('the parser has found nothing, so its time means nothing')
  return (user + system) / 1e6
}

export const consoleReading: Measurement = {
  name: 'console',
  summary: 'reading a console for complaints of the kernel',
  measure: async (say) => {
    const log = await longConsole()
    say(`${rounds} times ${(log.length / 1e6).toFixed(0)} MB`)
    const times = Array.from({ length: rounds }, () => timeToRead(log))
    const value = log.length / 1e6 / median(times)
    return [{ what: 'console read for complaints, median', value, unit: 'MB/s', least: 50 }]
  },
}
