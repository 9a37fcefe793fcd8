// Names of the error numbers of the kernel under test.
import { constants } from 'node:os'

/** Numbers that Node does not know: memory failure, and kernel-internal ones, which a faulty kernel may return. */
const unknownToNode = {
  EHWPOISON: 133,
  ERESTARTSYS: 512,
  ENOTSUPP: 524,
} as const

/** `OK`, or the name of an error number. A number without a name becomes `E999`. */
export type ErrnoName = 'OK' | keyof typeof constants.errno | keyof typeof unknownToNode | `E${number}`

function isErrnoName(name: string): name is keyof typeof constants.errno | keyof typeof unknownToNode {
  return Object.hasOwn(constants.errno, name) || Object.hasOwn(unknownToNode, name)
}

// Two numbers have two names each: the names listed first win.
const { EAGAIN, EOPNOTSUPP } = constants.errno
const nameByNumber = new Map<number, ErrnoName>([[0, 'OK']])
for (const [name, number] of [{ EAGAIN, EOPNOTSUPP }, constants.errno, unknownToNode].flatMap(Object.entries<number>)) {
  if (isErrnoName(name) && !nameByNumber.has(number)) nameByNumber.set(number, name)
}

/** The name of an error number, `OK` for 0. */
export function errnoName(number: number): ErrnoName {
  return nameByNumber.get(number) ?? `E${number}`
}

/** Tells whether an error number can have this name: scenarios run without a check of types. */
export function isErrno(name: string): boolean {
  return name === 'OK' || /^E\d+$/.test(name) || isErrnoName(name)
}

/** The error number of a name, 0 for `OK`. */
export function errnoNumber(name: ErrnoName): number {
  if (name === 'OK') return 0
  const numbers: Readonly<Record<string, number>> = { ...constants.errno, ...unknownToNode }
  return numbers[name] ?? Number(name.slice(1))
}
