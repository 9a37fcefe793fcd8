// The HTML report of runs and campaigns, of good and of bad ones.
import { createHash } from 'node:crypto'
import { parseHTML } from 'linkedom'
import { test } from 'tap'
import { hasHidden } from '../../../../harness/base/visible-text.ts'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { hostileCampaign, hostileRun } from '../fixtures/hostile-events.ts'
import { hostileTexts, isHostile } from '../fixtures/hostile-texts.ts'
import { storyOf } from '../fixtures/story.ts'
import { openFormat, written } from '../fixtures/written.ts'

type Page = ReturnType<typeof parseHTML>['document']

async function parsed(events: readonly ReportEvent[]): Promise<Page> {
  return parseHTML(await written('html', events)).document
}

function textOf(document: Page, selector: string): string {
  return document.querySelector(selector)?.textContent ?? ''
}

void test('the summary comes first, then what failed, then all results', async (t) => {
  const document = await parsed(storyOf())
  t.equal(textOf(document, 'h1'), '3 of 5 tests did not pass')
  t.match(textOf(document, '.facts'), /k 6\.12\.0.*tcg.*30 November 2026 at 00:00 UTC.*2\.0 s/)
  const sections = Array.from(document.querySelectorAll('section'), ({ id }) => id)
  t.strictSame(sections, ['attention', 'results', 'rules', 'bugs', 'time', 'history', 'kernel'])
  t.equal(document.querySelectorAll('#list > li').length, 5)
  t.match(textOf(document, '#attention'), 'No result has a change against a baseline')
  t.match(textOf(document, '#t-b'), /WARNING in f.*\[ {4}1\.0\] WARNING: <x> & \]\]>.*\.\/gmemtest run a/s)
  t.match(textOf(document, '#kernel'), /git: v6\.12.*xy$/s)
})

void test('with changes, what is new comes first, and the head says so', async (t) => {
  const events = storyOf().map((event): ReportEvent =>
    event.type === 'test-finished' && event.name === 'b' ? { ...event, change: 'new' } : event,
  )
  const document = await parsed(events)
  t.equal(textOf(document, 'h1'), '1 result of 5 is new')
  t.match(textOf(document, '#attention h3'), /^New 1$/)
  t.notMatch(textOf(document, '#attention'), 'No result has a change')
})

void test('the policy allows this style and this script, and nothing else', async (t) => {
  const document = await parsed(storyOf())
  const hashOf = (selector: string): string => createHash('sha256').update(textOf(document, selector)).digest('base64')
  t.equal(
    document.querySelector('meta[http-equiv]')?.getAttribute('content'),
    `default-src 'none'; style-src 'sha256-${hashOf('style')}'; script-src 'sha256-${hashOf('script')}'; base-uri 'none'; form-action 'none'`,
  )
  t.equal(document.querySelectorAll('style, script').length, 2)
  t.equal(document.querySelectorAll('[style], [src], link, img, iframe').length, 0)
})

void test('a run that was killed says so, and lists what has no result', async (t) => {
  const events = storyOf(['f']).filter(({ type }) => type !== 'run-finished')
  const document = await parsed(events)
  t.match(textOf(document, '.aborted'), 'The run ended early: the run was killed')
  t.match(textOf(document, '#t-f'), 'no result: the run was killed')
})

void test('without a beginning there is no report', async (t) => {
  const { sink, text } = await openFormat('html')
  await sink.close()
  t.equal(text(), '')
})

void test('no text breaks out of its element, whatever field has it', async (t) => {
  const lines = ['x'.repeat(2 ** 20), '</script>', ']]>', '"onload="x', '\u202e', '\0', '\ud800'].filter(isHostile)
  const texts = [...lines, ...hostileTexts(Number(process.env['GMEMTEST_SEED'] ?? 7), 20)]
  for (const events of [hostileRun(texts, texts[0]), hostileCampaign(texts, texts[0])]) {
    const html = await written('html', events)
    t.strictSame(html.replaceAll('\t', ' ').split('\n').filter(hasHidden), [])
    const { document } = parseHTML(html)
    t.equal(document.querySelectorAll('style, script').length, 2)
    t.equal(document.querySelectorAll('img, iframe, object, [onload], [onerror], [style]').length, 0)
    const foreign = Array.from(
      document.querySelectorAll('a'),
      (link: { getAttribute: (name: string) => string | null }) => link.getAttribute('href') ?? '',
    )
    t.strictSame(
      foreign.filter((href) => !/^(?:#|https:\/\/(?:lore|git)\.kernel\.org\/)/.test(href)),
      [],
    )
  }
})
