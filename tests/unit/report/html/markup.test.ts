// No text becomes markup.
import { parseHTML } from 'linkedom'
import { test } from 'tap'
import { joined, markup } from '../../../../harness/report/html/markup.ts'
import { hostileTexts } from '../fixtures/hostile-texts.ts'

void test('a text is escaped in elements and in attributes, and markup is not', (t) => {
  const inner = markup`<b title="${`"'<>&`}">${'<i>'}</b>`
  t.equal(inner.source, '<b title="&quot;&#39;&lt;&gt;&amp;">&lt;i&gt;</b>')
  t.equal(markup`<p>${[inner, ' & ', 3]}</p>`.source, `<p>${inner.source} &amp; 3</p>`)
  t.end()
})

void test('each text comes back from a parser as it was', (t) => {
  for (const text of hostileTexts(1, 50).filter((each) => !each.includes('\0') && !each.includes('\r'))) {
    const { document } = parseHTML(`<html><body>${markup`<p title="${text}">${text}</p>`.source}</body></html>`)
    const [paragraph] = document.querySelectorAll('p')
    t.equal(document.querySelectorAll('body *').length, 1)
    t.equal(paragraph?.textContent, text)
    t.equal(paragraph?.getAttribute('title'), text)
  }
  t.end()
})

void test('a separator stands between parts', (t) => {
  t.equal(markup`${joined(['a', 'b', 'c'], ', ')}`.source, 'a, b, c')
  t.equal(markup`${joined([], ', ')}`.source, '')
  t.end()
})
