// make bench: measures the figures of docs/performance.md and prints a table with limits; a missed limit is no error.
import { consoleReading } from './console.ts'
import { conversions } from './conversions.ts'
import { html } from './html.ts'
import { kernelBuild } from './kernel-build.ts'
import { merge } from './merge.ts'
import { reports } from './reports.ts'
import { jobs, restore } from './restore.ts'
import { roundTrip } from './round-trip.ts'
import { scenarios } from './scenarios.ts'
import { table, type Figure } from './figure.ts'
import { warmStart } from './warm-start.ts'

const measurements = [
  warmStart,
  restore,
  jobs,
  roundTrip,
  scenarios,
  conversions,
  consoleReading,
  merge,
  reports,
  html,
  kernelBuild,
]

function usage(): string {
  const list = measurements.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n')
  return `usage: make bench [ARGS="NAME…"]\n\n${list}\n`
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => measurements.every((measurement) => measurement.name !== name))
  if (unknown !== undefined) {
    process.stderr.write(`bench: there is no measurement '${unknown}'\n${usage()}`)
    return 2
  }
  const wanted = measurements.filter(({ name }) => names.length === 0 || names.includes(name))
  const figures: Figure[] = []
  for (const { name, measure } of wanted) {
    figures.push(...(await measure((progress) => process.stderr.write(`bench: ${name}: ${progress}\n`))))
  }
  process.stdout.write(table(figures))
  return 0
}

process.exitCode = await main(process.argv.slice(2))
