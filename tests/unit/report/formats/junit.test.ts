// What readers of JUnit show of a run.
import { test } from 'tap'
import { written } from '../fixtures/written.ts'
import { storyOf } from '../fixtures/story.ts'

void test('failures and errors are told apart, and counted', async (t) => {
  const xml = await written('junit', storyOf())
  t.match(xml, /<testsuite name="gmemtest\.scenarios" tests="5" failures="1" errors="2" skipped="1" time="2\.000"/)
  t.match(xml, /timestamp="2026-11-30T00:00:00">/)
  t.match(xml, /name="b: the rule of b" time="0\.250">\n\s*<failure message="wanted 12288, found 0" type="FAIL">/)
  t.match(xml, /<error message="the test itself is broken" type="ERROR">/)
  t.match(xml, /<error message="QEMU was killed" type="MISS">/)
  t.match(xml, /<skipped message="the kernel lacks #1"\/>/)
})

void test('the text of a failure has all that a reader needs, since GitLab shows nothing else', async (t) => {
  const [, text = ''] = /<failure [^>]*>([^]*?)<\/failure>/.exec(await written('junit', storyOf())) ?? []
  for (const part of ['wanted 12288, found 0', 'S-A9', 'convert(gmem#5', 'again: ./gmemtest run a', 'at: tests/']) {
    t.ok(text.includes(part), part)
  }
  t.match(text, /&lt;x&gt; &amp; \]\]&gt;/)
  t.match(text, /splat 0123456789abcdef: WARNING in f/)
})

void test('kernel, base, series and config are properties', async (t) => {
  const xml = await written('junit', storyOf())
  t.match(xml, /name="kernel" value="k"/)
  t.match(xml, /name="base" value="git: v6\.12"/)
  t.match(xml, /name="patchset_hash" value="6{64}"/)
  t.match(xml, /name="config_sha256" value="7{64}"/)
  t.match(xml, /name="patch 1" value="3{40} \[PATCH\] x"/)
})

void test('a planned test without a result is an error', async (t) => {
  const xml = await written('junit', storyOf(['f']))
  t.match(xml, /name="f" time="0\.000">\n\s*<error message="no result: interrupted" type="MISS">/)
  t.match(xml, /tests="6" failures="1" errors="3"/)
})
