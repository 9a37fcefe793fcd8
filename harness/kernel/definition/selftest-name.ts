// Names of the kernel's selftests, as its own run_kselftest.sh has them: TARGET:TEST.
import { UsageError } from '../../base/errors.ts'

/** One program of the kernel's selftests. */
export interface SelftestName {
  /** A directory in tools/testing/selftests: `kvm`. */
  readonly target: string
  /** The name of its program: `guest_memfd_test`. */
  readonly test: string
}

const shape = /^(?<target>[\w-]+(?:\/[\w-]+)*):(?<test>[\w.+-]+)$/

/** Whether a text has the form of such a name. */
export function isSelftestName(text: string): boolean {
  return shape.test(text)
}

/**
 * A name from its text.
 * @throws {UsageError} SELFTEST_NAME
 */
export function selftestName(text: string): SelftestName {
  const { target, test } = shape.exec(text)?.groups ?? {}
  if (target !== undefined && test !== undefined) return { target, test }
  throw new UsageError('SELFTEST_NAME', `a selftest is named TARGET:TEST, got '${text}'`, {
    hint: hintFor(text),
  })
}

/** The next step after a text that is no name: programs have an underscore in their names, targets mostly not. */
function hintFor(text: string): string {
  if (text.includes(':') || !/^[\w-]+$/.test(text)) return 'for example: kvm:guest_memfd_test'
  return text.includes('_')
    ? `did you mean 'kvm:${text}'? gmemtest kselftest --list prints them all`
    : `one of its tests is ${text}:TEST; gmemtest kselftest --list ${text} prints them all`
}

/** The text of a name. */
export function fullName({ target, test }: SelftestName): string {
  return `${target}:${test}`
}
