// Files of the kernel, in C (guest-images/reproducer/files.c); and what only the agent does.
import { words } from '../../../agent/vocabulary.ts'
import { hex, literal, type Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import type { NumberCheck, Rows } from './rendering.ts'

const allocations = { objects: 'OBJECTS', pages: 'PAGES', nodes: 'NODES' } as const

function allocationsOf(of: bigint): string {
  return allocations[words.allocation[Number(of)] ?? 'objects']
}

const signals = { handled: 'HANDLED', restarting: 'RESTARTING', blocked: 'BLOCKED', killed: 'KILLED' } as const

/** Puts the next operation into a macro of the library. */
function inside(macro: string, call: string, names: Names): string {
  names.around.set(names.process, macro)
  return call
}

/** Which function closes an object of each kind. */
function closing(handle: bigint, names: Names): string {
  const { kind, name, size } = names.of(handle)
  if (kind === 'mapping') return `unmap(${name}, ${hex(size)})`
  if (kind === 'pin') return `unpin(&${name})`
  if (kind === 'child') return `end_child(&${name})`
  return kind === 'vcpu' ? `close_vcpu(&${name})` : `close_file(${name})`
}

/** The calls on a file, with their arguments in the order of C. */
function attemptOf({ call, offset, value }: Step<'fileAttempt'>['request'], file: string): string {
  const [size, at] = [hex(value), hex(offset)]
  const calls: Readonly<Record<(typeof words.call)[number], string>> = {
    read: `try_read(${file}, ${size})`,
    write: `try_write(${file}, ${size})`,
    pread: `try_pread(${file}, ${size}, ${at})`,
    pwrite: `try_pwrite(${file}, ${size}, ${at})`,
    ftruncate: `try_truncate(${file}, ${size})`,
    fchmod: `try_chmod(${file}, ${size})`,
    fsync: `try_sync(${file})`,
    splice: `try_splice(${file}, ${size}, ${at})`,
    sendfile: `try_sendfile(${file}, ${size}, ${at})`,
    'copy-file-range': `try_copy_file_range(${file}, ${size}, ${at})`,
    readahead: `try_readahead(${file}, ${at}, ${size})`,
    'drop-cache': `try_drop_cache(${file}, ${at}, ${size})`,
    reopen: `try_reopen(${file}, ${size})`,
  }
  return calls[words.call[Number(call)] ?? 'read']
}

/** The counters of a pool of huge pages, which a batch reads: a program of fuzz compares them with those from its start. */
function poolChecks(wanted: unknown, { bytes }: Step<'fileBatch'>): readonly NumberCheck[] | undefined {
  const path = bytes.subarray(8, 8 + (bytes.length < 8 ? 0 : bytes.readUInt32LE(0))).toString()
  const pool = /^(.*\/hugepages-\d+kB)\/\w+$/.exec(path)?.[1]
  if (pool === undefined) return undefined
  const directory = literal(pool)
  if (wanted === true) return [[`remember_pool(${directory})`, 1n]]
  if (typeof wanted === 'number') return [[`pool_reserved(${directory})`, BigInt(wanted)]]
  const { taken, reserved } = /^(?<taken>\d+) taken, (?<reserved>\d+) reserved$/.exec(String(wanted))?.groups ?? {}
  if (taken === undefined || reserved === undefined) return undefined
  return [
    [`pool_taken(${directory})`, BigInt(taken)],
    [`pool_reserved(${directory})`, BigInt(reserved)],
  ]
}

const within = 'operations within an operation'

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
  | 'failNth'
  | 'failNthResult'
  | 'fileBatch'
  | 'directory'
  | 'kernelLog'
  | 'newCode'
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
  fileBatch: { tail: poolChecks },
  kernelLog: 'left out',
  newCode: 'left out',
  setAffinity: 'left out',
  descriptors: 'left out',
  fileAttempt: { call: ({ request }, names) => attemptOf(request, names.descriptor(request.file)) },
  fork: {
    makes: true,
    call: ({ end }, names) => {
      if (end === undefined || end.errno !== 0) return 'start_child(&no_child, NULL)'
      const name = names.fork(end.answer.child, end.answer.pid)
      return `start_child(&${name}, ${name}_work)`
    },
  },
  childKill: { call: ({ request }, names) => `kill_child(&${names.of(request.child).name}, ${request.signal})` },
  childWait: {
    call: ({ request }, names) => `wait_for_child(&${names.of(request.child).name}, ${request.timeout})`,
    facts: {
      exited: ({ request }, names) => `WIFEXITED(${names.of(request.child).name}.status)`,
      exitCode: ({ request }, names) => `WEXITSTATUS(${names.of(request.child).name}.status)`,
      signal: ({ request }, names) => `WTERMSIG(${names.of(request.child).name}.status)`,
    },
  },
  failNth: {
    call: ({ request: { of, nth } }, names) => inside('FAILING', `fail_nth(${allocationsOf(of)}, ${nth})`, names),
  },
  failNthResult: { facts: { fired: 'fail_fired' } },
  failLasting: {
    call: ({ request: { of, space, times } }, names) =>
      inside('FAILING', `fail_from(${allocationsOf(of)}, ${space}, ${times})`, names),
  },
  failLastingResult: { facts: { failures: 'fail_failures' } },
  signalNext: {
    call: ({ request: { how, after, every } }, names) => {
      const kind = signals[words.signal[Number(how)] ?? 'handled']
      return inside('SIGNALLED', `signal_next(${kind}, ${after}, ${every})`, names)
    },
  },
  signalNextResult: {
    facts: {
      handled: 'signals_handled',
      inCalls: 'signals_in_calls',
      ended: 'signals_ended',
      pending: 'signal_waits',
    },
  },
  // The operations within them are rendered where they have been recorded (expand.ts).
  steps: { refused: within },
  program: { refused: within },
  repeat: { refused: within },
}
