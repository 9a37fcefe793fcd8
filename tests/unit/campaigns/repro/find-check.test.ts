// The check of an exported program: which answer of the agent the failed check was about.
import { test } from 'tap'
import { findCheck } from '../../../../harness/campaigns/repro/find-check.ts'
import { programOfFile } from '../../../../harness/campaigns/repro/recorded-program.ts'
import type { Expectation } from '../../../../harness/campaigns/repro/expectation.ts'
import type { ProgramFile, StoredOperation } from '../../../../harness/report/stored/program-file.ts'
import { conversion, gmem, look, mapping, programFile, recorded, setUp, vcpu, vm } from './fixtures/recorded.ts'

function check(
  operations: readonly StoredOperation[],
  failure: Partial<ProgramFile['failure']> & { readonly message: string },
): Expectation {
  return findCheck(programOfFile(programFile([...setUp, ...operations], failure)))
}

void test('an error number is that of the last operation that ended so', (t) => {
  const failure = { message: 'converting page 0: wanted EAGAIN, found OK', wanted: 'EAGAIN', found: 'OK' }
  t.match(check([conversion('private'), recorded('hostFill', { mapping }, {}, { process: 1 })], failure), {
    kind: 'end',
    after: 5,
    what: 'converting page 0',
    wanted: ['EAGAIN'],
  })
  t.match(
    check([recorded('hostFill', { mapping }, { outcome: 1 })], {
      message: 'the host writing page 0: wanted no fault, found sigbus; hostFill()',
      wanted: 'done',
      found: 'sigbus',
    }),
    { kind: 'end', wanted: ['0'] },
  )
  t.match(
    check([recorded('guestFill', { vcpu }, { outcome: 0 })], {
      message: 'the guest writing page 0: wanted memory-fault, found done',
      wanted: 'memory-fault',
      found: 'done',
    }),
    { kind: 'end', wanted: ['MEMORY_FAULT'] },
  )
  t.end()
})

void test('a number is the field that the message names, or else one with that value', (t) => {
  const failed = conversion('private', 'EAGAIN', 0)
  t.match(check([failed], { message: 'error_offset of it: wanted 4096, found 0', wanted: 4096, found: 0 }), {
    kind: 'word',
    field: 'errorOffset',
    wanted: 4096n,
  })
  const status = recorded('fstat', { file: gmem }, { blocks: 24, size: 24 })
  t.match(check([status, failed], { message: 'st_blocks: wanted 16, found 24', wanted: 16, found: 24 }), {
    kind: 'word',
    field: 'blocks',
    after: 5,
  })
  t.match(
    check([recorded('preFault', { vcpu }, { size: 4096 })], {
      message: 'bytes left: wanted 0, found 4096n',
      wanted: '0n',
      found: '4096n',
    }),
    { kind: 'word', field: 'size', wanted: 0n },
  )
  t.end()
})

void test('contents count from the start of the look, wherever it is in the file', (t) => {
  const seen = look('hostScan', [
    { first: 0, count: 1, value: 7 },
    { first: 1, count: 1, value: 7 },
    { first: 2, count: 6, value: 'sigbus' },
  ])
  const failure = {
    message: 'host view of pages 4..11: wanted …',
    wanted: [{ first: 4, count: 8, value: 7 }],
    found: [
      { first: 4, count: 2, value: 7 },
      { first: 6, count: 6, value: 'sigbus' },
    ],
  }
  t.match(check([seen, conversion('private')], failure), {
    kind: 'pages',
    after: 5,
    pages: 8,
    wanted: [{ first: 0, count: 8, value: 7 }],
  })
  t.end()
})

function statistic(name: string, value: number): StoredOperation {
  const answerBytes = Buffer.alloc(8)
  answerBytes.writeBigUInt64LE(BigInt(value))
  return recorded('kvmStats', { handle: vm }, { values: 1 }, { bytes: Buffer.from(name), answerBytes })
}

void test('mappings of the guest are the growth of a statistic', (t) => {
  const readings = [2, 3].flatMap((value) => [statistic('pages_4k', value), statistic('pages_2m', 0)])
  const failure = {
    message: 'pages that the guest maps in pages 0..511: wanted …',
    wanted: { '4K': 0, '2M': 1, '1G': 0 },
    found: { '4K': 1, '2M': 0, '1G': 0 },
  }
  const pages = { message: 'pages that the conversion took from the guest: wanted 4, found 3', wanted: 4, found: 3 }
  t.match(check([statistic('pages_4k', 9), statistic('pages_4k', 6)], pages), {
    kind: 'statistic',
    falls: true,
    wanted: 4n,
  })
  t.match(check(readings, failure), { kind: 'statistic', from: 5, after: 7, wanted: 0n, what: /those of 4K$/ })
  t.end()
})

function header(first: number, second: number): Buffer {
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32LE(first, 0)
  sizes.writeUInt32LE(second, 4)
  return sizes
}

/** One reading of the counters of the pool of 2M pages, in one batch. */
function reading(values: Readonly<Record<string, number>>): StoredOperation {
  const directory = '/sys/kernel/mm/hugepages/hugepages-2048kB'
  const entries = Object.entries(values).map(
    ([name, value]) => [`${directory}/${name}_hugepages`, `${value}\n`] as const,
  )
  return recorded(
    'fileBatch',
    { files: entries.length },
    { files: entries.length },
    {
      bytes: Buffer.concat(entries.flatMap(([path]) => [header(path.length, 0), Buffer.from(path)])),
      answerBytes: Buffer.concat(entries.flatMap(([, text]) => [header(0, text.length), Buffer.from(text)])),
    },
  )
}

void test('a counter of a pool is compared with its first value', (t) => {
  const operations = [
    reading({ nr: 8, free: 8, resv: 0, surplus: 0 }),
    reading({ nr: 8, free: 5, resv: 0, surplus: 0 }),
  ]
  const failure = {
    message: 'the pool of 2M pages: wanted …',
    wanted: { total: 8, free: 6, reserved: 0, surplus: 0 },
    found: { total: 8, free: 5, reserved: 0, surplus: 0 },
  }
  t.match(check(operations, failure), { kind: 'change', path: /2048kB\/free_hugepages$/, wanted: -2n })
  t.end()
})

void test('a splat, a hang and a leak have checks of their own', (t) => {
  t.match(check([], { kind: 'splat', message: 'kernel splat: BUG' }), { kind: 'log' })
  t.match(check([], { kind: 'death', message: 'the kernel panicked' }), { kind: 'alive' })
  const message = 'leaked kernel resources: resv_hugepages of 1G: 0 before, 1 after'
  t.match(check([], { kind: 'leak', message }), { kind: 'change', path: /1048576kB\/resv_hugepages$/, wanted: 0n })
  const other = 'leaked kernel resources: free pages and slabs in kB: 900000 before, 100000 after'
  t.throws(() => check([], { kind: 'leak', message: other }), { code: 'REPRO_CHECK', message: /free pages and slabs/ })
  t.throws(() => check([conversion('shared')], { message: 'it is slow', wanted: true, found: false }), {
    code: 'REPRO_CHECK',
    hint: /run the scenario itself/,
  })
  t.end()
})
