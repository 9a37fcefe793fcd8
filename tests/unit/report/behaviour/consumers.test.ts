// Each format is accepted by the programs that read it, whatever the texts of a run are.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import { z } from 'zod'
import { hasHidden } from '../../../../harness/base/visible-text.ts'
import { readLog } from '../../../../harness/ktap/read.ts'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { hostileCampaign, hostileRun, type Hostile } from '../fixtures/hostile-events.ts'
import { hostileTexts, isHostile } from '../fixtures/hostile-texts.ts'
import { kunitParsers, parseWith } from '../fixtures/kunit-parser.ts'
import { written } from '../fixtures/written.ts'

const seed = Number(process.env['GMEMTEST_SEED'] ?? Date.now() % 100_000)
const texts = hostileTexts(seed, 20)
const fixtures = path.join(import.meta.dirname, '../fixtures')

/** A run, one that was killed, and a campaign. */
function stories(of: readonly Hostile[]): Readonly<Record<string, readonly ReportEvent[]>> {
  const run = hostileRun(of, undefined)
  return {
    run,
    'a run that was killed': run.slice(0, Math.floor(run.length / 2)),
    'a run that was aborted': hostileRun(of, of.at(-1)),
    'a campaign of mutants': hostileCampaign(of, undefined),
  }
}

/** What a reader may not meet: tabs and line feeds are white space. */
function hiddenIn(report: string): readonly string[] {
  return report.replaceAll('\t', ' ').split('\n').filter(hasHidden).slice(0, 5)
}

function planned(events: readonly ReportEvent[]): number {
  const [first] = events
  return first?.type === 'run-started'
    ? first.tests.length
    : first?.type === 'mutants-started'
      ? first.mutants.length + 1
      : 0
}

for (const [name, events] of Object.entries(stories(texts))) {
  void test(`JUnit of ${name} is valid by its schema (GMEMTEST_SEED=${seed})`, async (t) => {
    const xml = await written('junit', events)
    t.strictSame(hiddenIn(xml), [])
    validateXml(t, xml)
    t.equal(xml.match(/<testcase /g)?.length, planned(events), 'a case for each planned test')
  })

  void test(`KCIDB of ${name} is valid by its schema (GMEMTEST_SEED=${seed})`, async (t) => {
    const json = await written('kcidb', events)
    t.strictSame(hiddenIn(json), [])
    validateKcidb(t, JSON.parse(json))
  })

  void test(`KTAP of ${name} has the same counts for the parser of the kernel (GMEMTEST_SEED=${seed})`, async (t) => {
    const ktap = await written('ktap', events)
    t.strictSame(hiddenIn(ktap), [])
    const file = path.join(t.testdir(), 'results.ktap')
    writeFileSync(file, ktap)
    const own = readLog(ktap)
    t.strictSame(own.problems.slice(0, 3), [])
    for (const folder of kunitParsers()) {
      const { counts, tree } = parseWith(folder, file)
      const { errors, ...leaves } = counts
      t.same({ leaves, errors }, { leaves: own.counts, errors: 0 })
      t.equal(tree.tests.length, planned(events), 'a test for each planned one')
    }
  })

  void test(`annotations and the summary of ${name} have no line of a text (GMEMTEST_SEED=${seed})`, async (t) => {
    const lines = (await written('annotations', events)).split('\n').slice(0, -1)
    t.ok(lines.length <= 20)
    t.ok(lines.every((line) => /^::(?:error|warning) (?:file=[^,:]+,line=\d+,)?title=[^,:]*::[^]*$/.test(line)))
    const summary = await written('summary', events)
    t.strictSame(hiddenIn(summary), [])
    t.ok(Buffer.byteLength(summary) < 2 ** 20)
    t.notMatch(summary, /<(?!\/?(?:details|summary|pre)>)/, 'no element of a text')
  })
}

void test('a line of a megabyte is cut where a format has no room for it', async (t) => {
  const long = ['x', '🐧', ']]>', '<'].map((piece) => piece.repeat(2 ** 20 / piece.length)).filter(isHostile)
  const events = hostileRun(long, undefined)
  const sizes = await Promise.all(
    (['junit', 'kcidb', 'ktap', 'summary'] as const).map(async (format) => (await written(format, events)).length),
  )
  t.ok(
    sizes.every((size) => size < 8 * 2 ** 20),
    sizes.join(' '),
  )
  validateXml(t, await written('junit', events))
  validateKcidb(t, JSON.parse(await written('kcidb', events)))
})

function validateXml(t: Test, xml: string): void {
  const file = path.join(t.testdir(), 'junit.xml')
  writeFileSync(file, xml)
  try {
    execFileSync('xmllint', ['--huge', '--noout', '--schema', path.join(fixtures, 'junit.xsd'), file], {
      stdio: 'pipe',
    })
  } catch (error) {
    t.fail(error instanceof Error ? error.message.slice(0, 1000) : String(error))
  }
}

/** The type of zod for a schema is narrower than JSON. */
function isSchema(value: unknown): value is Parameters<typeof z.fromJSONSchema>[0] {
  return typeof value === 'object'
}

const kcidbSchema: unknown = JSON.parse(readFileSync(path.join(fixtures, 'kcidb-5.3.schema.json'), 'utf8'))

function validateKcidb(t: Test, report: unknown): void {
  if (!isSchema(kcidbSchema)) throw new TypeError('the schema is no object')
  const checked = z.fromJSONSchema(kcidbSchema).safeParse(report)
  t.strictSame(checked.error?.issues.slice(0, 3) ?? [], [])
  for (const ids of idsIn(report)) t.equal(new Set(ids).size, ids.length, 'each id once')
}

/** The ids of each list. */
function idsIn(report: unknown): string[][] {
  if (typeof report !== 'object' || report === null) return []
  return Object.values(report).flatMap((list: unknown) => (Array.isArray(list) ? [list.map(idOf)] : []))
}

function idOf(one: unknown): string {
  return typeof one === 'object' && one !== null && 'id' in one ? String(one.id) : ''
}
