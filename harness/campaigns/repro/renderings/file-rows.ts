// Files of the kernel, in C (guest-images/reproducer/files.c); and what only the agent does.
import { words } from '../../../agent/vocabulary.ts'
import { hex, literal, type Names } from '../names.ts'
import type { Rows } from './rendering.ts'

const racing = 'threads that race'
const failing = 'allocations that fail (CONFIG_FAULT_INJECTION)'
const signalled = 'signals during an operation'
const forked = 'operations in a forked child'

/** Which function closes an object of each kind. */
function closing(handle: bigint, names: Names): string {
  const { kind, name, size } = names.of(handle)
  if (kind === 'mapping') return `unmap(${name}, ${hex(size)})`
  if (kind === 'pin') return `unpin(&${name})`
  return kind === 'vcpu' ? `close_vcpu(&${name})` : `close_file(${name})`
}

/** The rows of operations on files, and of those that have no rendering. */
export const fileRows: Rows<
  | 'hello'
  | 'reset'
  | 'close'
  | 'fallocate'
  | 'fstat'
  | 'fileAttempt'
  | 'open'
  | 'memfdCreate'
  | 'fork'
  | 'childKill'
  | 'childWait'
  | 'readFile'
  | 'writeFile'
  | 'setAffinity'
  | 'actorAdd'
  | 'actorsStart'
  | 'actorsWait'
  | 'actorsStop'
  | 'failNth'
  | 'failNthResult'
  | 'fileBatch'
  | 'directory'
  | 'kernelLog'
  | 'signalNext'
  | 'signalNextResult'
  | 'failLasting'
  | 'failLastingResult'
  | 'steps'
  | 'program'
  | 'repeat'
  | 'descriptors'
> = {
  hello: 'left out',
  reset: 'left out',
  close: { call: ({ request: { handle } }, names) => closing(handle, names) },
  fallocate: {
    call: ({ request: { file, mode, offset, length } }, names) =>
      `allocate(${names.descriptor(file)}, ${mode}, ${hex(offset)}, ${hex(length)})`,
  },
  fstat: {
    isQuiet: true,
    call: ({ request }, names) => `read_status(${names.descriptor(request.file)})`,
    facts: {
      size: 'file_status.st_size',
      blocks: 'file_status.st_blocks',
      blockSize: 'file_status.st_blksize',
      mode: 'file_status.st_mode',
      links: 'file_status.st_nlink',
    },
  },
  open: {
    makes: true,
    call: ({ request: { flags, mode }, bytes, end }, names) => {
      const made = end === undefined || end.errno !== 0 ? 'no_file' : names.make(end.answer.file)
      return `open_file(${literal(bytes)}, ${hex(flags)}, ${hex(mode)}, &${made})`
    },
  },
  memfdCreate: {
    makes: true,
    call: ({ request: { flags, size }, end }, names) => {
      const made = end === undefined || end.errno !== 0 ? 'no_file' : names.make(end.answer.file)
      return `create_memfd(${hex(flags)}, ${hex(size)}, &${made})`
    },
  },
  writeFile: {
    call: ({ request, bytes }) => {
      const length = Number(request.pathLength)
      return `write_file(${literal(bytes.subarray(0, length))}, ${literal(bytes.subarray(length))})`
    },
  },
  directory: {
    call: ({ request, bytes }) =>
      `${words.directory[Number(request.call)] === 'create' ? 'make' : 'remove'}_directory(${literal(bytes)})`,
  },
  readFile: 'left out',
  fileBatch: 'left out',
  kernelLog: 'left out',
  setAffinity: 'left out',
  descriptors: 'left out',
  fileAttempt: { refused: 'calls on the file of a guest_memfd such as read and splice' },
  fork: { refused: forked },
  childKill: { refused: forked },
  childWait: { refused: forked },
  actorAdd: { refused: racing },
  actorsStart: { refused: racing },
  actorsWait: { refused: racing },
  actorsStop: { refused: racing },
  failNth: { refused: failing },
  failNthResult: { refused: failing },
  failLasting: { refused: failing },
  failLastingResult: { refused: failing },
  signalNext: { refused: signalled },
  signalNextResult: { refused: signalled },
  steps: { refused: 'a batch of steps without a vCPU or a mapping' },
  program: { refused: 'programs of random steps' },
  repeat: { refused: 'rounds of the same calls' },
}
