// Allowances: known splats that are no failures, each with its reason and its last day.
import { z } from 'zod'
import { readYaml } from '../../base/yaml/yaml-file.ts'

/** A splat that is no failure until a certain day. */
export interface Allowance {
  /** An expression, matched against the title of a splat and against its most telling line. */
  readonly match: string
  readonly reason: string
  /** The last day of the allowance, as YYYY-MM-DD. */
  readonly expires: string
}

/** Titles of splats that have little in common. */
const samples = [
  'WARNING in kvm_gmem_fault',
  'KASAN: slab-use-after-free in ext4_find_extent',
  'NULL pointer dereference in do_exit',
  'possible circular locking dependency in mmap_region',
  'out of memory',
]
const mostSamples = 2

/** Returns why a text is no expression for a few splats; undefined when it is one. */
function flawOf(text: string): string | undefined {
  try {
    const expression = new RegExp(text)
    const covered = samples.filter((title) => expression.test(title))
    return expression.test('') || covered.length > mostSamples ? 'must not match nearly every splat' : undefined
  } catch {
    return 'must be a regular expression'
  }
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The keys of an entry with what each must be; all are required, so that each allowance has a reason and an end. */
export const allowanceShape: { readonly [Key in keyof Allowance]: z.ZodType<Allowance[Key]> } = {
  match: z.string().refine((text) => flawOf(text) === undefined, { error: ({ input }) => flawOf(String(input)) }),
  reason: z.string().trim().min(1, 'must not be empty'),
  expires: z.string().refine(isDay, 'must be a day such as 2027-01-31'),
}

/** One entry. */
export const allowanceSchema: z.ZodType<Allowance> = z.strictObject(allowanceShape)

/** The keys of an entry. */
export const allowanceKeys: readonly (keyof Allowance)[] = ['match', 'reason', 'expires']

/**
 * Checks the text of a file that is a list of entries.
 * @throws {UsageError} ALLOW_INVALID, with file, line and column of each mistake
 */
export function parseAllowances(file: string, text: string): readonly Allowance[] {
  return readYaml(file, text, {
    schema: z
      .array(allowanceSchema, "must be a list of entries '- match: …', with no key around it")
      .min(1, 'must have an entry'),
    code: 'ALLOW_INVALID',
    what: 'a list of allowances',
    keysAt: () => allowanceKeys,
  })
}
