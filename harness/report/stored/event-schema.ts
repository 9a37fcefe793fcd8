// The schema of the events in a results.jsonl: a report of a stored run trusts no field that was not checked.
import { z } from 'zod'
import type { Diagnostic, ReportEvent, TestPoint } from '../events.ts'
import type { Fault } from '../../base/errors.ts'
import { isolations } from '../../kernel/definition/definition.ts'

// A field that this version does not know stays in its event: loose objects keep it.
const text = z.string()
const texts = z.array(text)
const number = z.number()
const count = z.int().nonnegative()
const stamp = { time: text.exactOptional(), worker: number.exactOptional() }
const named = { suite: text, name: text }

const verdict = z.enum(['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP'])
const mutantVerdict = z.enum(['KILLED', 'UNPROVEN', 'SURVIVED', 'NO_BOOT', 'NOT_BUILT', 'ERROR'])
const fault: z.ZodType<Fault> = z.enum(['usage', 'infra', 'build', 'boot', 'guest', 'protocol'])

const point: z.ZodType<TestPoint> = z.looseObject({
  ok: z.boolean(),
  name: text,
  directive: z.enum(['SKIP', 'TODO']).exactOptional(),
  reason: text.exactOptional(),
  get points() {
    return z.array(point).exactOptional()
  },
})

const diagnostic: z.ZodType<Diagnostic> = z.looseObject({
  message: text,
  rules: texts,
  operations: texts,
  wanted: z.unknown().optional(),
  found: z.unknown().optional(),
  at: text.exactOptional(),
  output: texts.exactOptional(),
  trace: texts.exactOptional(),
  console: texts,
  seen: texts.exactOptional(),
  vmcore: text.exactOptional(),
  program: text.exactOptional(),
  again: text,
})

const build = z.looseObject({
  source: z.looseObject({
    kind: z.enum(['debian', 'tarball', 'git', 'dir']),
    version: text,
    content: text,
    facts: z.record(text, text),
  }),
  patches: z.array(
    z.looseObject({ name: text, subject: text, messageId: text.exactOptional(), sha256: text, patchId: text }),
  ),
  patchsetHash: text,
  compiler: text,
  configHash: text,
  startTime: text,
  seconds: number,
})

const splat = z.looseObject({
  fingerprint: text,
  kind: text,
  title: text,
  allowed: text.exactOptional(),
  isNew: z.literal(true).exactOptional(),
})
const conversionTime = z.looseObject({ operation: text, count, median: number, high: number })
const killer = z.looseObject({ scenario: text, message: text, milliseconds: number })
const aborted = { aborted: text.exactOptional() }

const ofRun = [
  z.looseObject({
    type: z.literal('run-started'),
    time: text,
    kernel: text,
    dialect: text,
    version: number,
    suite: text,
    tests: texts,
    isolation: z.enum(isolations),
    shard: z
      .looseObject({ index: z.int().positive(), count, total: count, places: z.array(count), basis: text })
      .refine((shard) => shard.index <= shard.count, 'index is above count')
      .exactOptional(),
  }),
  z.looseObject({
    ...stamp,
    type: z.literal('kernel-ready'),
    key: text,
    release: text,
    cached: z.boolean(),
    milliseconds: number,
    build: build.exactOptional(),
  }),
  z.looseObject({ ...stamp, type: z.literal('shard-planned'), tests: texts, places: z.array(count) }),
  z.looseObject({
    ...stamp,
    type: z.literal('vm-ready'),
    accelerator: text,
    reason: text,
    profile: text,
    origin: z.enum(['booted', 'restored']),
    milliseconds: number,
  }),
  z.looseObject({ ...stamp, type: z.literal('vm-lost'), reason: text }),
  z.looseObject({ ...stamp, type: z.literal('test-started'), ...named, title: text }),
  z.looseObject({ ...stamp, type: z.literal('test-retried'), ...named, reason: text }),
  z.looseObject({
    ...stamp,
    type: z.literal('test-finished'),
    ...named,
    title: text,
    verdict,
    milliseconds: number,
    about: z.looseObject({ rules: texts, bugs: texts, needs: texts, pools: texts }).exactOptional(),
    beforehand: z.literal(true).exactOptional(),
    retried: text.exactOptional(),
    allowed: texts.exactOptional(),
    splats: z.array(splat).exactOptional(),
    reason: text.exactOptional(),
    change: z.enum(['new', 'known', 'flaky', 'fixed']).exactOptional(),
    because: text.exactOptional(),
    conversions: z.array(conversionTime).exactOptional(),
    diagnostic: diagnostic.exactOptional(),
    points: z.array(point).exactOptional(),
  }),
  z.looseObject({ ...stamp, type: z.literal('failure-repeated'), ...named, runs: count, failures: count }),
  z.looseObject({
    ...stamp,
    type: z.literal('run-finished'),
    milliseconds: number,
    verdicts: z.looseObject({ PASS: number, FAIL: number, ERROR: number, MISS: number, SKIP: number }),
    ...aborted,
    fault: fault.exactOptional(),
    exitCode: z.int().min(0).max(255).exactOptional(),
  }),
] as const

const mutant = { name: text, title: text }

const ofCampaign = [
  z.looseObject({ type: z.literal('mutants-started'), time: text, version: number, kernel: text, mutants: texts }),
  z.looseObject({ ...stamp, type: z.literal('mutant-started'), ...mutant }),
  z.looseObject({
    ...stamp,
    type: z.literal('mutant-finished'),
    ...mutant,
    verdict: mutantVerdict,
    milliseconds: number,
    killers: z.array(killer),
    tried: number,
    reason: text.exactOptional(),
    bug: text.exactOptional(),
    patch: text,
    again: text,
  }),
  z.looseObject({ ...stamp, type: z.literal('control-started'), scenarios: texts }),
  z.looseObject({
    ...stamp,
    type: z.literal('control-finished'),
    milliseconds: number,
    tried: number,
    reason: text.exactOptional(),
  }),
  z.looseObject({
    ...stamp,
    type: z.literal('mutants-finished'),
    milliseconds: number,
    verdicts: z.looseObject({
      KILLED: number,
      UNPROVEN: number,
      SURVIVED: number,
      NO_BOOT: number,
      NOT_BUILT: number,
      ERROR: number,
    }),
    ...aborted,
  }),
] as const

/** The schema of each event, by its type. */
const eventSchema: z.ZodType<ReportEvent> = z.discriminatedUnion('type', [...ofRun, ...ofCampaign])

/** Tells whether a value is an event of this version. */
export function isEvent(value: unknown): value is ReportEvent {
  return eventSchema.safeParse(value).success
}

/** Returns the first field of a value that is not that of its event, and what is wrong with it. */
export function faultOfEvent(value: unknown): string {
  const [issue] = eventSchema.safeParse(value).error?.issues ?? []
  return issue === undefined ? 'it does not fit the schema' : `${issue.path.map(String).join('.')}: ${issue.message}`
}

/** The types of the events that this version knows. */
export const eventTypes: ReadonlySet<string> = new Set([...ofRun, ...ofCampaign].map(({ shape }) => shape.type.value))
