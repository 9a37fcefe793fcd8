// JUnit XML for GitLab, Jenkins and the reporters of GitHub. GitLab shows neither properties nor the attributes of a
// failure, so the text of each failure has all that a reader needs.
import { isExpected, isRed } from '../meaning/change.ts'
import type { Verdict } from '../events.ts'
import { detailLines } from '../details.ts'
import type { Gathered, Result } from '../gather.ts'
import { gatheringSink } from '../gathering-sink.ts'

/** Writes JUnit XML: one suite, and one case for each test; FAIL is a failure, ERROR and MISS are errors. */
export const junitSink = gatheringSink(junitOf)

const kinds = {
  PASS: 'passed',
  FAIL: 'failure',
  ERROR: 'error',
  MISS: 'error',
  SKIP: 'skipped',
} as const satisfies Record<Verdict, string>

/** A failure that does not count is skipped, because readers of JUnit have no word for it; a new skip is a failure. */
function kindOf(result: Result): string {
  if (isExpected(result)) return 'skipped'
  const isOk = result.verdict === 'SKIP' || result.verdict === 'PASS'
  return isOk && isRed(result) ? 'failure' : kinds[result.verdict]
}

function junitOf(run: Gathered): string {
  const { suite, results, started, milliseconds } = run
  const count = (kind: string): number => results.filter((result) => kindOf(result) === kind).length
  const counts = {
    tests: results.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(milliseconds),
  }
  // A time without a zone is UTC for all readers of JUnit.
  const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(started)?.[0]
  const name = `gmemtest.${suite}`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'gmemtest', ...counts })}>`,
    `  <testsuite${attributes({ name, ...counts, ...(timestamp === undefined ? {} : { timestamp }) })}>`,
    '    <properties>',
    ...propertiesOf(run).map((property) => `      <property${attributes(property)}/>`),
    '    </properties>',
    ...results.map((result) => caseOf(result, name)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function propertiesOf({ kernel, dialect, ready, vm, aborted }: Gathered): { name: string; value: string }[] {
  const build = ready?.build
  const facts: Readonly<Record<string, string | undefined>> = {
    kernel,
    dialect,
    release: ready?.release,
    key: ready?.key,
    base: build && `${build.source.kind}: ${build.source.version}`,
    patchset_hash: build?.patchsetHash,
    config_sha256: build?.configHash,
    compiler: build?.compiler,
    accelerator: vm?.accelerator,
    aborted,
  }
  const patches = (build?.patches ?? []).map(({ subject, name, patchId }, index) => ({
    name: `patch ${index + 1}`,
    value: `${patchId} ${subject || name}`,
  }))
  const named = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: value }]))
  return [...named, ...patches]
}

function caseOf(result: Result, classname: string): string {
  const { name, title, verdict, milliseconds } = result
  const named = title === '' ? name : `${name}: ${title}`
  const head = `    <testcase${attributes({ classname, name: named, time: seconds(milliseconds) })}`
  const text = detailLines(result).join('\n')
  const message = `${isExpected(result) ? `${result.change}: ` : ''}${result.message ?? verdict}`
  const kind = kindOf(result)
  if (kind === 'skipped')
    return `${head}>\n      <skipped${attributes({ message })}/>\n${outputOf(text)}    </testcase>`
  if (kind === 'passed') return text === '' ? `${head}/>` : `${head}>\n${outputOf(text)}    </testcase>`
  const body = escaped(`${message}\n${text}`)
  return `${head}>\n      <${kind}${attributes({ message, type: verdict })}>${body}</${kind}>\n    </testcase>`
}

function outputOf(text: string): string {
  return text === '' ? '' : `      <system-out>${escaped(text)}</system-out>\n`
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes a text for elements and attributes. It has no character that XML 1.0 forbids: those are visible already. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
