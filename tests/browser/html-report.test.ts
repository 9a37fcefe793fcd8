// The HTML report as a reader sees it: in a real browser, by mouse and keyboard, with and without scripts.
import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { test } from 'tap'
import { hostileRun } from '../unit/report/fixtures/hostile-events.ts'
import { hostileTexts, isHostile } from '../unit/report/fixtures/hostile-texts.ts'
import { written } from '../unit/report/fixtures/written.ts'
import { opened, startBrowser } from './fixtures/opened.ts'
import { reportEvents, reportHistory } from './fixtures/report-events.ts'

const browser = await startBrowser()
const program = '#include <stdio.h>\nint main(void) { return 1 < 2; }\n'
const html = await written('html', reportEvents(), {
  history: reportHistory,
  reproducerOf: async (name) => (name === 'program-splat.json' ? { source: program } : { refused: 'it forks' }),
})

/** The names of the tests that a reader sees in the list. */
async function shown(page: Page): Promise<string[]> {
  // Below the screen, what is shown has no inner text until the reader scrolls there.
  return await page.locator('#list h3 a:visible').allTextContents()
}

/** Chooses a value of a filter. */
async function choose(page: Page, filter: string, value: string): Promise<void> {
  await page.getByRole('combobox', { name: filter }).selectOption(value)
}

/** The faults of accessibility that axe-core calls serious or critical. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const found: unknown = await page.evaluate(
    `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ').slice(0, 500)))`,
  )
  return Array.isArray(found) ? found : ['axe-core gave no result']
}

void test('the browser', async (parent) => {
  parent.teardown(() => browser.close())

  await parent.test('the filters leave the results that fit, and a count is a link to them', async (t) => {
    const { page, troubles } = await opened(browser, t.testdir(), html)
    t.equal((await shown(page)).length, 6)
    await choose(page, 'Verdict', 'FAIL')
    t.strictSame(await shown(page), ['splat', 'old'])
    await choose(page, 'Change', 'new')
    t.strictSame(await shown(page), ['splat'])
    t.equal(await page.getByRole('status').innerText(), '1 of 6 results')
    await page.getByRole('button', { name: 'Show all' }).click()
    await choose(page, 'Rule', 'S-A9')
    t.strictSame(await shown(page), ['pins', 'splits'])
    await choose(page, 'Page size', '2M')
    t.strictSame(await shown(page), ['splits'])
    await page.getByRole('button', { name: 'Show all' }).click()
    await choose(page, 'Bug', 'A-14')
    t.strictSame(await shown(page), ['splat'])
    await page.getByRole('button', { name: 'Show all' }).click()
    await choose(page, 'Runs in dialect', 'v')
    t.strictSame(await shown(page), ['pins', 'splat', 'old', 'absent'])
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByRole('searchbox').fill('QEMU Away')
    t.strictSame(await shown(page), ['late'])
    await page.getByRole('link', { name: '2 passed' }).first().click()
    t.strictSame(await shown(page), ['pins', 'splits'])
    t.strictSame(troubles, [])
  })

  await parent.test(
    'each test has a page, with links to the next failure, to its rules and into the source',
    async (t) => {
      const { page, troubles } = await opened(browser, t.testdir(), html)
      await page.locator('#attention').getByRole('link', { name: 'splat' }).click()
      t.match(page.url(), /#t-splat$/)
      t.strictSame(await shown(page), ['splat'], 'nothing else is shown')
      t.equal(await page.getByRole('heading', { level: 1 }).isVisible(), false)
      t.match(await page.title(), /^splat – /)
      t.equal(await page.evaluate('document.activeElement.textContent'), 'splat', 'the focus is on its heading')
      t.ok(await page.getByRole('link', { name: 'All results' }).isVisible())
      const text = await page.locator('#t-splat').innerText()
      for (const part of [
        'WARNING in kvm_gmem_release',
        '0123456789abcdef',
        './gmemtest run a',
        '-b',
        '+x',
        '<x> & ]]>',
      ]) {
        t.ok(text.includes(part), part)
      }
      t.equal(
        await page.getByRole('link', { name: 'virt/kvm/guest_memfd.c:512' }).getAttribute('href'),
        `https://github.com/x/linux/blob/${'1'.repeat(40)}/virt/kvm/guest_memfd.c#L512`,
      )
      await page.getByRole('link', { name: 'next: late' }).click()
      t.strictSame(await shown(page), ['late'])
      await page.goBack()
      await page.getByRole('link', { name: 'S-A35' }).click()
      t.ok(await page.locator('#rule-S-A35').isVisible())
      t.equal((await shown(page)).length, 6, 'the list is back')
      t.strictSame(troubles, [])
    },
  )

  await parent.test('the C program of a failure can be read and saved', async (t) => {
    const { page, troubles } = await opened(browser, t.testdir(), html)
    await page.goto(`${page.url()}#t-splat`)
    await page.getByText('splat.c, 2 lines').click()
    t.equal(await page.locator('#t-splat .source pre').innerText(), program)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save splat.c' }).click()
    const saved = await download
    t.equal(saved.suggestedFilename(), 'splat.c')
    t.equal(await readFile(await saved.path(), 'utf8'), program)
    await page.goto(page.url().replace('splat', 'old'))
    t.match(await page.locator('#t-old').innerText(), 'There is none: it forks.')
    t.strictSame(troubles, [])
  })

  await parent.test('the plots of earlier runs say what they show, and from how many runs', async (t) => {
    const { page, troubles } = await opened(browser, t.testdir(), html)
    const section = page.locator('#history')
    t.equal(await section.getByRole('img').count(), 3)
    t.match(await section.innerText(), /against the last 4 runs.*5 runs in 2 nights.*Latency of conversions by kernel/s)
    t.match(await section.getByRole('img').last().getAttribute('aria-label'), 'this run: 4K, 50 µs and 70 µs')
    t.strictSame(troubles, [])
  })

  await parent.test('the keyboard reaches all of it', async (t) => {
    const { page, troubles } = await opened(browser, t.testdir(), html)
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to what to look at')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate('document.activeElement.textContent'), 'splat', 'the first failure')
    await page.keyboard.press('Enter')
    t.strictSame(await shown(page), ['splat'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    t.equal((await shown(page)).length, 6, 'the link before the heading leads back')
    t.strictSame(troubles, [])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    await parent.test(`axe-core finds nothing serious: ${colorScheme}`, async (t) => {
      const { page } = await opened(browser, t.testdir(), html, { colorScheme })
      t.strictSame(await seriousFaults(page), [])
      await page.goto(`${page.url()}#t-splat`)
      t.strictSame(await seriousFaults(page), [])
    })
  }

  await parent.test('a narrow screen scrolls down only', async (t) => {
    const { page } = await opened(browser, t.testdir(), html, { viewport: { width: 360, height: 640 } })
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
    await page.goto(`${page.url()}#t-splat`)
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
  })

  await parent.test('without scripts, only the filters and the buttons are absent', async (t) => {
    const { page } = await opened(browser, t.testdir(), html, { javaScriptEnabled: false })
    t.equal((await shown(page)).length, 6)
    t.equal(await page.getByRole('search').isVisible(), false)
    await page.locator('#attention').getByRole('link', { name: 'splat' }).click()
    t.strictSame(await shown(page), ['splat'])
    t.equal(await page.locator('button:visible').count(), 0)
    t.equal(await page.locator('#t-splat .source pre').textContent(), program)
  })

  await parent.test('on paper, each failure has its page, and links and filters are gone', async (t) => {
    const { page } = await opened(browser, t.testdir(), html)
    await page.emulateMedia({ media: 'print' })
    t.ok(await page.locator('#t-splat .page').isVisible())
    t.notOk(await page.locator('#t-pins .page').isVisible())
    t.notOk(await page.locator('nav').isVisible())
  })

  await parent.test('no text of a guest does anything, whatever it is', async (t) => {
    const seed = Number(process.env['GMEMTEST_SEED'] ?? Date.now() % 100_000)
    t.comment(`GMEMTEST_SEED=${seed}`)
    const traps = [
      '<img src=x onerror=alert(1)>',
      '"><svg/onload=alert(1)>',
      "'-alert(1)-'",
      '</style><script>alert(1)</script>',
    ]
    const texts = [...traps, 'x'.repeat(2 ** 20), ...hostileTexts(seed, 30)].filter(isHostile)
    const { page, troubles } = await opened(browser, t.testdir(), await written('html', hostileRun(texts, undefined)))
    t.equal(await page.locator('#list > li').count(), texts.length * 5)
    t.equal(await page.locator('script').count(), 1)
    t.equal(await page.locator('img, iframe, object, embed, [onerror], [onload]').count(), 0)
    t.ok((await page.locator('#list').textContent())?.includes('<img src=x onerror=alert(1)>'))
    t.strictSame(troubles, [])
  })
})
