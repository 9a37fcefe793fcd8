// Reads the events of a results.jsonl, also of an earlier version of gmemtest.
import type { ReportEvent } from '../events.ts'

/** An event of a file. Its fields are not checked yet. */
export type StoredEvent = Readonly<Record<string, unknown>> & {
  readonly type: ReportEvent['type'] | (string & {})
}

/** The types of version 1 with those of version 2. */
const renamedTypes: Readonly<Record<string, ReportEvent['type']>> = {
  'scenario-started': 'test-started',
  'scenario-retried': 'test-retried',
  'scenario-finished': 'test-finished',
}

/**
 * Reads one line of a results.jsonl; undefined when it is no event. An event of version 1 becomes one of version 2: its
 * tests belong to the suite `scenarios`, or to `kselftest` when their names are TARGET:TEST.
 */
export function readEvent(line: string): StoredEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // The last line of a run that was killed may be incomplete.
    return undefined
  }
  if (!isRecord(value) || typeof value['type'] !== 'string') return undefined
  return upgraded({ ...value, type: value['type'] })
}

function upgraded(event: StoredEvent): StoredEvent {
  const type = renamedTypes[event.type]
  if (type !== undefined) return { ...event, type, suite: suiteOf(event['name']) }
  if (event.type === 'mutants-finished') return withCounts(event)
  if (event.type !== 'run-started' || !Array.isArray(event['scenarios'])) return event
  const { scenarios, ...others } = event
  const tests: readonly unknown[] = scenarios
  return { isolation: 'none', ...others, type: event.type, version: 1, suite: suiteOf(tests[0]), tests }
}

/** Adds the verdict that campaigns did not have at first. */
function withCounts(event: StoredEvent): StoredEvent {
  const { verdicts } = event
  return isRecord(verdicts) && !('UNPROVEN' in verdicts) ? { ...event, verdicts: { UNPROVEN: 0, ...verdicts } } : event
}

function suiteOf(name: unknown): string {
  return typeof name === 'string' && name.includes(':') ? 'kselftest' : 'scenarios'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
