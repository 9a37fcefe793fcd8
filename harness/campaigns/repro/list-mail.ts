// The text for the mailing list: what fails, on which tree with which patches, and the reproducer.
import type { BuildFacts, Diagnostic, TestFinished } from '../../report/events.ts'
import { differenceOf } from '../../report/difference.ts'
import { plainText } from '../../report/plain.ts'

/** What a mail is made of. */
export interface MailFacts {
  readonly finished: TestFinished & { readonly diagnostic: Diagnostic }
  /** The kernel, as the events of the run have it. */
  readonly build: BuildFacts | undefined
  readonly release: string | undefined
  readonly mutant: string | undefined
  /** The C program, or the reason for which there is none. */
  readonly source: string | undefined
  readonly reason: string
}

/** Returns the text, in the order of the mails of syzbot: tree, base, series, config, compiler, report, reproducer. */
export function mailOf({ finished, build, release, mutant, source, reason }: MailFacts): string {
  const { name, title, diagnostic } = finished
  const { message, operations, trace = [], console } = diagnostic
  const subject = message.split('\n', 1)[0] ?? ''
  const hasSplat = message.includes('kernel splat')
  const lines = [
    `Subject: [BUG] ${plainText(subject)}`,
    '',
    'Hello,',
    '',
    `the test ${name} fails${title === '' ? '' : `; it checks that ${plainText(title)}`}:`,
    '',
    ...indented(message.split('\n').map(plainText)),
    ...differences(diagnostic),
    '',
    ...kernelLines(build, release, mutant),
    '',
    'The last operations:',
    '',
    ...indented(operations.map(plainText)),
    ...(hasSplat ? ['', 'The kernel printed:', '', ...indented(console.map(plainText))] : []),
    ...(trace.length > 0 ? ['', 'Call trace:', '', ...indented(trace.map(plainText))] : []),
    '',
    ...(source === undefined
      ? [`There is no C reproducer: ${plainText(reason)}`]
      : [
          'C reproducer; the exit code is 1 with the bug, 0 without it, and 4 on a kernel that lacks what it needs:',
          '',
          '-- >8 -- reproducer.c',
          source.trimEnd(),
          '-- >8 --',
        ]),
    '',
  ]
  return lines.join('\n')
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`.trimEnd())
}

function differences(diagnostic: Diagnostic): string[] {
  if (!('wanted' in diagnostic) && !('found' in diagnostic)) return []
  return ['', ...indented(differenceOf(diagnostic.wanted, diagnostic.found).trimEnd().split('\n').map(plainText))]
}

/** A fact with its label in a column. */
function fact(label: string, value: string): string {
  return `${`${label}:`.padEnd(13)}${value}`
}

function kernelLines(build: BuildFacts | undefined, release: string | undefined, mutant: string | undefined): string[] {
  if (build === undefined) return [fact('kernel', 'unknown: the results have no record of its build')]
  const { source, patches, patchsetHash, compiler, configHash } = build
  const facts = Object.entries(source.facts).map(([name, value]) => `${name} ${value}`)
  return [
    fact('kernel', release ?? 'unknown'),
    fact('base', plainText([`${source.kind} ${source.version}`, ...facts].join(', '))),
    fact('series', patches.length === 0 ? 'none' : `${patches.length} patches, patchset_hash ${patchsetHash}`),
    ...patches.map(({ subject, patchId, messageId }) =>
      plainText(`  ${patchId.slice(0, 12)} ${subject}${messageId === undefined ? '' : ` <${messageId}>`}`),
    ),
    ...(mutant === undefined ? [] : [fact('mutant', plainText(mutant))]),
    fact('config', `sha256 ${configHash}`),
    fact('compiler', plainText(compiler)),
  ]
}
