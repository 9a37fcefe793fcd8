// What a reader would not see becomes visible.
import { test } from 'tap'
import { hasHidden, visibleText } from '../../../harness/base/visible-text.ts'

const table: readonly (readonly [what: string, text: string, visible: string])[] = [
  ['a title of a terminal', 'a\u001b]0;x\u0007b', String.raw`a\x1b]0;x\x07b`],
  ['a cursor that moves', '\u001b[2J\u001b[Hx', String.raw`\x1b[2J\x1b[Hx`],
  ['a sequence of one byte', '\u009b31mx', String.raw`\x9b31mx`],
  ['a colour', '\u001b[1;31mx\u001b[0m', 'x'],
  ['an overwritten line', 'a\rb\bc\u007f', String.raw`a\x0db\x08c\x7f`],
  ['line separators', 'a\u2028b\u2029c\u0085d\u000be\u000cf', String.raw`a\u{2028}b\u{2029}c\x85d\x0be\x0cf`],
  [
    'a text from right to left',
    '\u202etxt\u2066.\u2069exe\u200f\u061c',
    String.raw`\u{202e}txt\u{2066}.\u{2069}exe\u{200f}\u{61c}`,
  ],
  [
    'what is drawn as nothing',
    'a\u200bb\ufeffc\u00add\u{e0041}\u3164',
    String.raw`a\u{200b}b\u{feff}c\xadd\u{e0041}\u{3164}`,
  ],
  ['halves of a pair', 'a\ud83d b\udc27', String.raw`a\u{d83d} b\u{dc27}`],
  ['no characters', '\ufffe\uffff', String.raw`\u{fffe}\u{ffff}`],
  ['white space and letters', 'a\tb\nc é 日本語 🐧', 'a\tb\nc é 日本語 🐧'],
]

void test('hidden characters become visible', (t) => {
  for (const [what, text, visible] of table) {
    t.equal(visibleText(text), visible, what)
    t.notOk(hasHidden(visibleText(text).replaceAll(/[\t\n]/g, '')), what)
    t.equal(visibleText(visible), visible, `${what}: twice is no more than once`)
  }
  t.end()
})
