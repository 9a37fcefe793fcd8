// The time of a conversion in the kernel: of a 4K page, with a split or merge of a huge page, and of each page of 1G.
import { must } from '../harness/agent/wire/call.ts'
import type { Agent } from '../harness/agent/client.ts'
import { converterOf, type Converter } from '../harness/agent/converter.ts'
import { gmemFlags } from '../harness/uapi/dialects/convert-ioctl.ts'
import type { Vm } from '../harness/agent/wire/fields.ts'
import { hugePageBytes } from '../harness/base/huge-page-sizes.ts'
import { median, quantile, type Figure, type Measurement } from './figure.ts'
import { withInstance } from './bench-instance.ts'

const pageBytes = 4096
const rounds = 200
const profile = { pools: { '2M': 1, '1G': 1 }, variants: [] }

interface Times {
  readonly toShared: readonly number[]
  readonly toPrivate: readonly number[]
}

async function fileOf(agent: Agent, vm: Vm, size: number, flags: bigint): Promise<Converter> {
  const { gmem } = await must(
    agent.gmem.create({ vm, size, flags: gmemFlags.supportShared | gmemFlags.initPrivate | flags }),
  )
  await must(agent.gmem.allocate(gmem, 0, pageBytes))
  return converterOf(agent, { dialect: 'convert-ioctl', vm, gmem, gpa: 0 })
}

/** Converts one page to shared and back repeatedly; the unit is nanoseconds within the instance. */
async function backAndForth(converter: Converter): Promise<Times> {
  const toShared: number[] = []
  const toPrivate: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    toShared.push((await must(converter.convert('shared', 0, pageBytes))).nanoseconds)
    toPrivate.push((await must(converter.convert('private', 0, pageBytes))).nanoseconds)
  }
  return { toShared, toPrivate }
}

function figures(what: string, times: readonly number[], plain: readonly number[]): Figure[] {
  return [
    { what: `${what}, median`, value: median(times) / 1000, unit: 'µs' },
    { what: `${what}, 99 of 100`, value: quantile(times, 0.99) / 1000, unit: 'µs' },
    { what: `${what}, against a 4K page`, value: median(times) / median(plain), unit: '×' },
  ]
}

/** Converts a private file of 1G to shared page by page, which must not become slower on the way. */
async function pageByPage(agent: Agent, vm: Vm): Promise<Figure[]> {
  const size = hugePageBytes['1G']
  const converter = await fileOf(agent, vm, size, gmemFlags.hugetlb | gmemFlags.huge1G)
  // The conversion that splits the page has a figure of its own.
  const split = await must(converter.convert('shared', 0, pageBytes))
  const each = { offset: pageBytes, size: size - pageBytes, unit: pageBytes, stride: pageBytes }
  const done = await must(converter.convertMany({ to: 'shared', order: 'forward', seed: 0, ...each }))
  return [
    { what: 'split of a 1G page', value: split.nanoseconds / 1e6, unit: 'ms' },
    {
      what: '1G page by page, last tenth against the first',
      value: done.lastTenthNanoseconds / done.firstTenthNanoseconds,
      unit: '×',
      limit: 2,
    },
  ]
}

export const conversions: Measurement = {
  name: 'conversions',
  summary: 'conversions that split and merge huge pages, against those of a 4K page',
  measure: (say) =>
    withInstance(profile, async ({ agent }) => {
      const { vm } = await must(agent.vm.create())
      say(`${rounds} conversions of a 4K page and of a 2M page`)
      const plain = await backAndForth(await fileOf(agent, vm, pageBytes, 0n))
      const flags = gmemFlags.hugetlb | gmemFlags.huge2M
      const huge = await backAndForth(await fileOf(agent, vm, hugePageBytes['2M'], flags))
      say('262144 conversions of a 1G page')
      return [
        {
          what: 'conversion of a 4K page to shared, median',
          value: median(plain.toShared) / 1000,
          unit: 'µs',
        },
        ...figures('split of a 2M page', huge.toShared, plain.toShared),
        ...figures('merge of a 2M page', huge.toPrivate, plain.toPrivate),
        ...(await pageByPage(agent, vm)),
      ]
    }),
}
