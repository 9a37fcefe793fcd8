// The table of all operations of the agent: the words of each request and of each answer, in the order in which they travel.
//
// `make -C guest-images/agent headers` generates the agent's side of it. A new operation is a row here, that command, and
// a function op_NAME() in a C file of the agent.
import {
  bits,
  choice,
  count,
  flag,
  handle,
  kernelOffset,
  optionalHandle,
  seldom,
  size,
  unseen,
  type Decoded,
  type Encodable,
  type Fields,
} from './fields.ts'
import { words } from '../vocabulary.ts'
import { dialects } from '../../uapi/dialect.ts'
import { pageStates } from '../../uapi/constants.ts'

const dialect = choice(dialects)
const pageState = choice(pageStates)
const vm = handle('vm')
const vcpu = handle('vcpu')
const gmem = handle('gmem')
const mapping = handle('mapping')
const child = handle('child')
const descriptor = handle('vm', 'vcpu', 'gmem', 'file')
const anything = handle('vm', 'vcpu', 'gmem', 'file', 'mapping', 'pin', 'child')

const timeout = unseen(count)

/** Fields that several requests share. */
const inMapping = { mapping, offset: size, size }
const inGuest = { vcpu, gpa: bits, size }
const filling = { pattern: choice(words.pattern), value: bits }
/** `pid`: the process whose memory it is; the process that performs the operation if it is left out. */
const copying = { ...inMapping, way: choice(words.way), pid: seldom(count) }
const conversion = { target: handle('vm', 'gmem'), dialect, to: pageState }

/** A signal: its si_code, its offset in the mapping, and for a memory error the binary logarithm of what is lost. */
const hit = { signalCode: count, faultOffset: size, addressBits: count }
/** How an access by the host ended, and the bytes handled before. */
const hostEnd = { outcome: choice(words.host), ...hit, bytes: size }
/** How an access by the guest ended: for KVM_EXIT_MEMORY_FAULT its fields, otherwise the exit that was not expected. */
const guestEnd = {
  outcome: choice(words.guest),
  exitReason: count,
  faultGpa: bits,
  faultSize: bits,
  faultFlags: bits,
  bytes: size,
}
/** How many 64-bit words differ; the offset of the first one from the start of the access, and the words there. */
const difference = { mismatches: count, mismatchOffset: size, wanted: bits, found: bits }

interface Operation {
  readonly number: number
  readonly request: Fields
  readonly answer: Fields
}

/** Every operation: its number, then the fields of the request, then those of the answer. */
export const operations = {
  hello: {
    number: 1,
    request: { version: count },
    answer: { version: count, byteOrder: bits, pageSize: count, maximumFrame: count, pid: count, cpus: count },
  },
  reset: { number: 2, request: {}, answer: { handles: count, children: count, actors: count } },
  checkExtension: { number: 3, request: { vm: optionalHandle('vm'), capability: count }, answer: { value: count } },
  vmCreate: { number: 4, request: { type: count }, answer: { vm } },
  vcpuCreate: { number: 5, request: { vm, id: count }, answer: { vcpu } },
  close: { number: 6, request: { handle: anything }, answer: {} },
  dup: { number: 7, request: { handle: gmem }, answer: { handle: gmem } },
  gmemCreate: { number: 8, request: { vm, size, flags: bits }, answer: { gmem } },
  memslotSet: {
    number: 9,
    request: {
      vm,
      slot: count,
      flags: bits,
      gpa: size,
      size,
      mapping: optionalHandle('mapping'),
      mappingOffset: size,
      gmem: optionalHandle('gmem'),
      gmemOffset: size,
    },
    answer: {},
  },
  mmap: {
    number: 10,
    request: {
      file: optionalHandle('gmem', 'file'),
      offset: size,
      length: size,
      protection: bits,
      flags: bits,
      address: seldom(bits),
    },
    answer: { mapping, address: bits },
  },
  munmap: { number: 11, request: { mapping, offset: size, length: size }, answer: {} },
  convert: {
    number: 12,
    request: { ...conversion, offset: kernelOffset, size: kernelOffset, errorOffset: seldom(kernelOffset) },
    answer: { errorOffset: kernelOffset, nanoseconds: unseen(count) },
  },
  convertMany: {
    number: 13,
    request: { ...conversion, offset: size, size, unit: size, stride: size, order: choice(words.order), seed: bits },
    answer: {
      done: count,
      failedOffset: size,
      errorOffset: kernelOffset,
      nanoseconds: count,
      firstTenthNanoseconds: count,
      lastTenthNanoseconds: count,
      slowestNanoseconds: count,
    },
  },
  ioctlRaw: {
    number: 14,
    request: { handle: descriptor, request: bits, argument: choice(words.argument), value: bits },
    answer: { result: bits },
  },
  hostRead: { number: 15, request: inMapping, answer: hostEnd },
  hostWrite: { number: 16, request: { mapping, offset: size }, answer: hostEnd },
  hostFill: { number: 17, request: { ...inMapping, ...filling }, answer: hostEnd },
  hostVerify: { number: 18, request: { ...inMapping, ...filling }, answer: { ...hostEnd, ...difference } },
  hostScan: { number: 19, request: inMapping, answer: { runs: count } },
  guestRead: { number: 20, request: { ...inGuest, timeout }, answer: guestEnd },
  guestWrite: { number: 21, request: { vcpu, gpa: bits, timeout }, answer: guestEnd },
  guestFill: { number: 22, request: { ...inGuest, ...filling, timeout }, answer: guestEnd },
  guestVerify: { number: 23, request: { ...inGuest, ...filling, timeout }, answer: { ...guestEnd, ...difference } },
  guestScan: { number: 24, request: { ...inGuest, timeout }, answer: { ...guestEnd, runs: count } },
  preFault: { number: 25, request: { vcpu, gpa: bits, size: bits, flags: bits }, answer: { gpa: bits, size: bits } },
  fallocate: {
    number: 26,
    request: { file: handle('gmem', 'file'), mode: bits, offset: bits, length: bits },
    answer: {},
  },
  // Without address bits, the signal names an address outside of the range: another mapping has the page as well.
  madvise: {
    number: 27,
    request: { mapping, offset: size, length: size, advice: count },
    answer: { signal: count, ...hit },
  },
  fstat: {
    number: 28,
    request: { file: descriptor },
    answer: { size, blocks: count, blockSize: size, inode: count, mode: bits, links: count },
  },
  fileAttempt: {
    number: 29,
    request: { file: descriptor, call: choice(words.call), offset: bits, value: bits },
    answer: { result: bits },
  },
  open: { number: 30, request: { flags: bits, mode: bits }, answer: { file: handle('file') } },
  memfdCreate: { number: 31, request: { flags: bits, size }, answer: { file: handle('file') } },
  pin: { number: 32, request: { ...inMapping, method: choice(words.pin) }, answer: { pin: handle('pin') } },
  fork: { number: 33, request: {}, answer: { child, pid: count } },
  childKill: { number: 34, request: { child, signal: count }, answer: {} },
  childWait: {
    number: 35,
    request: { child, timeout: count },
    answer: { exited: flag, exitCode: count, signal: count },
  },
  kvmStats: { number: 36, request: { handle: handle('vm', 'vcpu') }, answer: { values: count } },
  readFile: { number: 37, request: { offset: bits, size }, answer: {} },
  writeFile: { number: 38, request: { pathLength: count }, answer: {} },
  pagemap: { number: 39, request: { mapping, offset: size, pages: count }, answer: { pages: count } },
  setAffinity: { number: 40, request: { cpus: bits }, answer: {} },
  actorAdd: {
    number: 41,
    request: {
      kind: choice(words.actor),
      target: optionalHandle('vm', 'gmem', 'file'),
      mapping: optionalHandle('mapping'),
      vcpu: optionalHandle('vcpu'),
      vm: optionalHandle('vm'),
      slot: seldom(count),
      dialect: seldom(dialect),
      to: seldom(pageState),
      offset: seldom(size),
      size: seldom(size),
      gpa: seldom(bits),
      rounds: seldom(count),
      cpus: seldom(bits),
      check: flag,
      value: seldom(bits),
    },
    answer: { actor: count },
  },
  actorsStart: { number: 42, request: {}, answer: { actors: count } },
  actorsWait: { number: 43, request: { duration: count, patience: count }, answer: { finished: count, actors: count } },
  actorsStop: { number: 44, request: {}, answer: { actors: count } },
  failNth: { number: 45, request: { of: choice(words.allocation), nth: count }, answer: {} },
  failNthResult: { number: 46, request: {}, answer: { armed: flag, fired: flag } },
  fileBatch: { number: 47, request: { files: count }, answer: { files: count } },
  directory: { number: 48, request: { call: choice(words.directory) }, answer: {} },
  kernelLog: { number: 49, request: { level: count }, answer: { records: count, lost: count } },
  frameRuns: { number: 50, request: inMapping, answer: { runs: count } },
  frameFlags: {
    number: 51,
    request: { pfn: count, frames: count, mask: bits, value: bits },
    answer: { frames: count, matching: count },
  },
  signalNext: {
    number: 52,
    request: { how: choice(words.signal), after: count, every: seldom(count) },
    answer: {},
  },
  signalNextResult: {
    number: 53,
    request: {},
    answer: {
      armed: flag,
      error: count,
      handled: count,
      inCalls: count,
      ended: count,
      pending: flag,
      nanoseconds: unseen(count),
    },
  },
  failLasting: { number: 55, request: { of: choice(words.allocation), space: count, times: count }, answer: {} },
  failLastingResult: { number: 56, request: {}, answer: { armed: flag, failures: count } },
  mremap: {
    number: 58,
    request: {
      mapping,
      offset: size,
      oldSize: size,
      newSize: size,
      flags: bits,
      place: optionalHandle('mapping'),
      placeOffset: seldom(size),
    },
    answer: { address: bits },
  },
  mprotect: { number: 59, request: { mapping, offset: size, length: size, protection: bits }, answer: {} },
  mbind: {
    number: 68,
    request: { mapping, offset: size, length: size, mode: bits, nodes: bits },
    answer: {},
  },
  memoryPolicy: { number: 69, request: { mapping, offset: size }, answer: { mode: bits, nodes: bits } },
  mlock: { number: 60, request: { mapping, offset: size, length: size, how: choice(words.lock) }, answer: {} },
  copyScan: { number: 61, request: copying, answer: { runs: count } },
  copyFill: { number: 62, request: { ...copying, value: bits }, answer: { bytes: size } },
  steps: {
    number: 64,
    request: {
      file: gmem,
      target: handle('vm', 'gmem'),
      dialect,
      base: seldom(bits),
      mapping: optionalHandle('mapping'),
      vcpu: optionalHandle('vcpu'),
      gpa: bits,
      timeout,
    },
    answer: { done: count, runs: count },
  },
  repeat: {
    number: 66,
    request: { rounds: count },
    answer: { done: count, call: count, error: count, word: bits },
  },
  program: { number: 70, request: {}, answer: { calls: count } },
  newCode: { number: 71, request: {}, answer: { blocks: count } },
  descriptors: { number: 67, request: {}, answer: { open: count, withoutFile: count } },
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof operations

/** What the caller gives with an operation. */
export type Request<Name extends OperationName> = Encodable<(typeof operations)[Name]['request']>

/** The words that the agent answers with. */
export type Answer<Name extends OperationName> = Decoded<(typeof operations)[Name]['answer']>
