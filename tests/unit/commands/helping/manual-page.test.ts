// The text of a manual page: sections from the paragraphs of the help, and nothing that man would take for a request.
import { Command } from 'commander'
import { test } from 'tap'
import { described } from '../../../../harness/commands/helping/described.ts'
import { manualPage, pageName } from '../../../../harness/commands/helping/manual-page.ts'

const facts = { version: '1.2.3 (0123456789ab)', verbs: ['odd', 'even'], day: new Date('2026-01-02T03:04:05Z') }

function pageWith(after: string, change: (command: Command) => Command = (command) => command): string {
  const command = new Command('gmemtest odd').description('Do what is odd. More of it.').helpOption(false)
  return manualPage(described(change(command).addHelpText('after', after)), facts)
}

void test('the names of pages', (t) => {
  t.equal(pageName(''), 'gmemtest.1')
  t.equal(pageName('odd'), 'gmemtest-odd.1')
  t.end()
})

void test('the head of a page', (t) => {
  const page = pageWith('')
  t.match(page, /^\.TH GMEMTEST-ODD 1 2026-01-02 "gmemtest 1\.2\.3" "gmemtest"\n/)
  t.match(page, /^gmemtest\\-odd \\- Do what is odd$/m)
  t.match(page, /^\.BR gmemtest \(1\) ,\n\.BR gmemtest\\-even \(1\)$/m)
  t.end()
})

const paragraphs: readonly (readonly [name: string, after: string, wanted: RegExp])[] = [
  [
    'examples are entries',
    '\nExamples:\n  gmemtest odd -v   what it does',
    /^\.SH EXAMPLES\n\.TP\n\.B gmemtest odd \\-v\nwhat it does$/m,
  ],
  ['an example alone', '\nExamples:\n  gmemtest odd', /^\.SH EXAMPLES\n\.B gmemtest odd$/m],
  ['exit codes', '\nExit codes: 0 well, 1 not.', /^\.SH EXIT STATUS\n0 well, 1 not\.$/m],
  ['results', '\nResults: results.tap.', /^\.SH FILES\nresults\.tap\.$/m],
  ['other paragraphs', '\nOne\nline.\n\nAnother.', /^\.SH NOTES\nOne line\.\n\.PP\nAnother\.$/m],
  ['a paragraph behind a section', '\nExit codes: 0.\n\nMore.', /^\.SH EXIT STATUS\n0\.\n\.PP\nMore\.$/m],
  ['what looks like a request', `\n.so /etc/passwd\n\n'br`, /^\\&\.so \/etc\/passwd\n\.PP\n\\&'br$/m],
  [
    'a backslash',
    String.raw`
a\fBb`,
    /^a\\efBb$/m,
  ],
]

for (const [name, after, wanted] of paragraphs) {
  void test(name, (t) => {
    t.match(pageWith(after), wanted)
    t.end()
  })
}

void test('options and arguments are entries, and no line is long', (t) => {
  const page = pageWith(`\n${'word '.repeat(60)}`, (command) =>
    command.argument('[one...]', 'which ones').option('-x, --ex <what>', '.dot comes first'),
  )
  t.match(page, /^\.TP\n\.B \[one\.\.\.\]\nwhich ones$/m)
  t.match(page, /^\.TP\n\.B \\-x, \\-\\-ex <what>\n\\&\.dot comes first$/m)
  t.ok(page.split('\n').every((line) => line.length <= 80))
  t.end()
})
