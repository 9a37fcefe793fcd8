import { test } from 'tap'
import { joinBaseFacts, prerequisiteName, readBaseFacts } from '../../../../harness/kernel/mails/base-facts.ts'

void test('the lines of git and of b4, in their order', (t) => {
  const lines = [
    'base-commit: 1aca1960833b0fac1a6031bb804a238d597e02bb',
    'change-id: 20260101-gmem-abc',
    'prerequisite-change-id: 20250101-other-def:v3',
    'prerequisite-patch-id: 67c00a688e45bed267cfa99e333d5094b7826b99',
    'prerequisite-message-id: <a-1@example.org>',
    'prerequisite-change-id: 20250101-third',
  ]
  const facts = readBaseFacts(`Text.\n---\n${lines.join('\n')}\n-- \n2.39.5\n`)
  t.equal(facts.baseCommit, '1aca1960833b0fac1a6031bb804a238d597e02bb')
  t.equal(facts.changeId, '20260101-gmem-abc')
  t.strictSame(facts.prerequisites.map(prerequisiteName), lines.slice(2))
  t.strictSame(joinBaseFacts([facts, facts]), facts, 'each counts once')
  t.strictSame(readBaseFacts('> base-commit: 12\nbase-commit: none\n'), { prerequisites: [] })
  t.end()
})
