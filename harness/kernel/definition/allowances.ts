// What a kernel may complain about: complaints that are known, each with the reason, and until when.
import { z } from 'zod'
import { readYaml } from '../../base/yaml-file.ts'

/** A complaint that does not count for now. */
export interface Allowance {
  /** An expression, matched against the title of a complaint and against the line that says it best. */
  readonly match: string
  readonly reason: string
  /** The last day on which it is allowed, as YYYY-MM-DD. */
  readonly expires: string
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

/** Titles of complaints that have little in common. */
const samples = [
  'WARNING in kvm_gmem_fault',
  'KASAN: slab-use-after-free in ext4_find_extent',
  'NULL pointer dereference in do_exit',
  'possible circular locking dependency in mmap_region',
  'out of memory',
]
const mostSamples = 2

/** Whether an expression is for one thing, and not for nearly everything. */
function isNarrow(text: string): boolean {
  if (!isExpression(text)) return true
  const expression = new RegExp(text)
  return !expression.test('') && samples.filter((title) => expression.test(title)).length <= mostSamples
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

/** One entry; all three keys are needed, so that none stays for ever or for nobody knows what. */
export const allowanceSchema: z.ZodType<Allowance> = z.strictObject({
  match: z
    .string()
    .refine(isExpression, 'must be a regular expression')
    .refine(isNarrow, 'must not match just anything'),
  reason: z.string().trim().min(1, 'must say why it is allowed'),
  expires: z.string().refine(isDay, 'must be a day, as 2027-01-31'),
})

/** The keys of an entry. */
export const allowanceKeys: readonly (keyof Allowance)[] = ['match', 'reason', 'expires']

/**
 * Checks the text of a file that is a list of entries.
 * @throws {UsageError} ALLOW_INVALID, with file, line and column of each mistake
 */
export function parseAllowances(file: string, text: string): readonly Allowance[] {
  return readYaml(file, text, {
    schema: z
      .array(allowanceSchema, "the file must be a list of entries '- match: …', with no key around it")
      .min(1, 'the list is empty'),
    code: 'ALLOW_INVALID',
    what: 'a list of complaints that are allowed',
    keysAt: () => allowanceKeys,
  })
}
