// The words in requests and answers; their positions in each list are part of the wire format.

/** The order in which a bulk conversion goes over its ranges. */
export const orders = ['forward', 'reverse', 'random'] as const
export type Order = (typeof orders)[number]

/** `byte`: every byte is `value`. `page`: every page differs, made from `value` and the page's index in the access. */
export const patterns = ['byte', 'page'] as const

/** The ends of an access by the host. */
export const hostOutcomes = ['done', 'sigbus', 'sigsegv'] as const
export type HostOutcome = (typeof hostOutcomes)[number]

/** The ends of an access by the guest. */
export const guestOutcomes = ['done', 'memory-fault', 'run-error', 'unexpected-exit', 'timeout'] as const
export type GuestOutcome = (typeof guestOutcomes)[number]

/** What a page looks like in a scan: it is filled with one byte (`tag`), with more than one, or an access fails. */
export const looks = ['tag', 'mixed', 'sigbus', 'sigsegv', 'fault'] as const

/** The work of a thread of a race, see actors.ts. */
export const actorKinds = [
  'convert',
  'host-read',
  'host-count',
  'guest-read',
  'guest-count',
  'pin',
  'fallocate',
  'read-file',
  'write-file',
] as const
export type ActorKind = (typeof actorKinds)[number]

/** Calls that a guest_memfd has to refuse. */
export const fileCalls = ['read', 'write', 'pread', 'pwrite', 'ftruncate', 'fchmod', 'fsync'] as const
/** Calls on a directory, such as a control group. */
export const directoryCalls = ['create', 'remove'] as const
/** Ways to hold extra references to pages. */
export const pinMethods = ['vmsplice', 'gup-test'] as const
/** Kinds of the third argument of an ioctl. */
export const ioctlArguments = ['buffer', 'value', 'read-only-buffer'] as const
