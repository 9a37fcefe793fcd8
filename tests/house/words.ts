// The rule of words: prose names its subject.
import { lineAt, listFiles, readText, type Fault } from './source.ts'

const places = [
  'harness/**/*.*',
  'tests/scenarios/**/*.*',
  'guest-images/agent/**/*.*',
  'docs/**/*.md',
  'kernel-configs/series/*/mutants/*.*',
]
/** The kernel itself says "irq 7: nobody cared". */
const vague = /\b(?:nobody(?![ -]cared)|somebody|whoever|whatever|whichever)\b/gi

/** Reports each word that names no subject; of a mutant only the text above the changes, which quote the kernel. */
export function wordFaults(root: string): Fault[] {
  return places
    .flatMap((place) => listFiles(root, place))
    .flatMap((file): Fault[] => {
      const text = readText(root, file)
      const prose = file.endsWith('.patch') ? text.split(/^---$/m, 1).join('') : text
      return Array.from(prose.matchAll(vague), ({ 0: word, index }) => {
        const message = `the word ${word.toLowerCase()} is vague; name the subject`
        return { file, line: lineAt(prose, index), message }
      })
    })
}
