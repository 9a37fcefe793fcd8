// Known failures: failures of named tests that do not count until a certain day, each with its reason and its owner.
import path from 'node:path'
import { z } from 'zod'
import { hasCode, messageOf, UsageError } from '../../base/errors.ts'
import { readTextFile } from '../../base/read-text-file.ts'
import { readYaml } from '../../base/yaml/yaml-file.ts'
import { allowanceShape, type Allowance } from '../../kernel/definition/allowances.ts'
import type { TestFinished } from '../events.ts'
import { isFailure } from './failure.ts'

/** An allowance for the failure of a test; `match` is for the message of the failure, or for the titles of its splats. */
interface KnownFailure extends Allowance {
  /** The name of a test, or a glob with * and ? for whole names. */
  readonly test: string
  /** The person or the group that takes care of it. */
  readonly owner: string
}

const word = z.string().trim().min(1, 'must not be empty')
const entrySchema: z.ZodType<KnownFailure> = z.strictObject({ test: word, ...allowanceShape, owner: word })
const keys: readonly (keyof KnownFailure)[] = ['test', 'match', 'reason', 'owner', 'expires']

/**
 * Reads a list of known failures; they expire by `today`, as YYYY-MM-DD in UTC.
 * @throws {UsageError} KNOWN_UNREADABLE, NOT_A_TEXT, or KNOWN_INVALID with file, line and column of each mistake
 */
export async function readKnownFailures(file: string, today: string): Promise<KnownFailures> {
  const what = 'a list of known failures'
  const text = await readTextFile(file, what, 'name a YAML file').catch((cause: unknown) => {
    if (!hasCode(cause, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG')) throw cause
    throw new UsageError('KNOWN_UNREADABLE', `cannot read ${what}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a YAML file after --known',
    })
  })
  const entries = readYaml(file, text, {
    schema: z.array(entrySchema, "must be a list of entries '- test: …', with no key around it"),
    code: 'KNOWN_INVALID',
    what,
    keysAt: () => keys,
  })
  return new KnownFailures(entries, today)
}

interface Entry extends KnownFailure {
  readonly expression: RegExp
  readonly isExpired: boolean
}

/** The entries of a list, and which of them a run has met. */
export class KnownFailures {
  readonly #entries: readonly Entry[]
  readonly #met = new Set<Entry>()

  constructor(entries: readonly KnownFailure[], today: string) {
    this.#entries = entries.map((entry) => ({
      ...entry,
      expression: new RegExp(entry.match),
      isExpired: entry.expires < today,
    }))
  }

  /** Returns the entry that names a failure, as one sentence; an entry in force comes before one that has expired. */
  of(event: TestFinished): { readonly isExpired: boolean; readonly text: string } | undefined {
    if (!isFailure(event)) return undefined
    const texts = textsOf(event)
    const found = this.#entries.filter(
      ({ test, expression }) => path.matchesGlob(event.name, test) && texts.every((text) => expression.test(text)),
    )
    for (const entry of found) this.#met.add(entry)
    const entry = found.find(({ isExpired }) => !isExpired) ?? found[0]
    if (entry === undefined) return undefined
    const { isExpired, reason, owner, expires } = entry
    const text = isExpired
      ? `it was known until ${expires}, and counts again: ${reason} (${owner})`
      : `${reason} (${owner}, until ${expires})`
    return { isExpired, text }
  }

  /** Returns a sentence about each entry that named no failure of the run; `ran` has the tests with a verdict on the kernel. */
  notMet(ran: ReadonlySet<string>): string[] {
    const hasRun = ({ test }: Entry): boolean => [...ran].some((name) => path.matchesGlob(name, test))
    return this.#entries
      .filter((entry) => !this.#met.has(entry))
      .map((entry) => {
        const { test, match, owner, expires, isExpired } = entry
        const why = hasRun(entry) ? 'did not occur' : 'could not occur: no such test came to its end'
        return `the known failure '${match}' of ${test} (${owner}, ${isExpired ? 'expired on' : 'until'} ${expires}) ${why}`
      })
  }
}

/** Returns the texts that an entry must match, all of them: another splat may hide behind a known one. */
function textsOf({ diagnostic, splats = [] }: TestFinished): string[] {
  const counted = splats.filter(({ allowed }) => allowed === undefined)
  return counted.length > 0 ? counted.map(({ title }) => title) : [diagnostic?.message ?? '']
}
