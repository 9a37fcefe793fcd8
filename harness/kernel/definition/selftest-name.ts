// Names of the kernel's selftests in the form of its own run_kselftest.sh: TARGET:TEST.
import { UsageError } from '../../base/errors.ts'

/** One program of the kernel's selftests. */
export interface SelftestName {
  /** A directory in tools/testing/selftests: `kvm`. */
  readonly target: string
  /** The name of its program: `guest_memfd_test`. */
  readonly test: string
}

const shape = /^(?<target>[\w-]+(?:\/[\w-]+)*):(?<test>[\w.+-]+)$/

/** Returns whether a text has the form of a selftest's name. */
export function isSelftestName(text: string): boolean {
  return shape.test(text)
}

/**
 * Parses a name.
 * @throws {UsageError} SELFTEST_NAME
 */
export function selftestName(text: string): SelftestName {
  const { target, test } = shape.exec(text)?.groups ?? {}
  if (target !== undefined && test !== undefined) return { target, test }
  throw new UsageError('SELFTEST_NAME', `a selftest is named TARGET:TEST, got '${text}'`, { hint: hintFor(text) })
}

/** Chooses a hint for a wrong name: most programs have an underscore in their names, most targets have none. */
function hintFor(text: string): string {
  if (text.includes(':') || !/^[\w-]+$/.test(text)) return 'write a name such as kvm:guest_memfd_test'
  return text.includes('_')
    ? `try 'kvm:${text}'; gmemtest kselftest --list prints all names`
    : `write ${text}:TEST; gmemtest kselftest --list ${text} prints all tests of the target`
}

/** Returns the text of a name. */
export function fullName({ target, test }: SelftestName): string {
  return `${target}:${test}`
}
