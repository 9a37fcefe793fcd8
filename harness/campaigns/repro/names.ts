// The variables of the C program: one for each object that the agent held.
import { handleKinds, showHandle } from '../../agent/wire/fields.ts'
import { UsageError } from '../../base/errors.ts'

/** The declaration of a variable of each kind of object: outside of functions, since children use them as well. */
const declarations = {
  vm: (name: string) => `static int ${name} = -1;`,
  gmem: (name: string) => `static int ${name} = -1;`,
  file: (name: string) => `static int ${name} = -1;`,
  mapping: (name: string) => `static unsigned char *${name};`,
  vcpu: (name: string) => `static struct vcpu ${name};`,
  pin: (name: string) => `static struct pin ${name} = { { -1, -1 } };`,
  child: (name: string) => `static struct child ${name};`,
} as const
type Kind = keyof typeof declarations

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(declarations, kind)
}

interface Variable {
  readonly kind: Kind
  readonly name: string
  /** The bytes of a mapping. */
  readonly size: bigint
}

/** The names of the objects, in the order in which the program makes them. */
export class Names {
  /** The objects that each process has: a child begins with those of its parent, and a handle then stands for its own ones. */
  readonly #byProcess = new Map<number, Map<bigint, Variable>>([[0, new Map()]])
  readonly #pids = new Map<bigint, string>()
  readonly #counts = new Map<Kind, number>()
  readonly #made: Variable[] = []
  /** What a scan writes to: the array of the check that failed, or nothing. */
  looks: 'looks' | 'NULL' = 'NULL'
  /** The process that performs the next operation: 0 or the number of a child. */
  process = 0
  /** The statistics that are compared with their values of before. */
  readonly remembered = new Set<string>()
  /** The macro around the next operation of a process: FAILING, SIGNALLED. */
  readonly around = new Map<number, string>()

  /** Names the object that an answer has; `size` is that of a mapping. The name is `vm1`, `gmem1`, `gmem2`. */
  make(handle: bigint, size = 0n): string {
    const kind = handleKinds[Number(handle >> 32n)] ?? 'none'
    if (!isKind(kind)) throw new UsageError('PROGRAM_UNKNOWN', `a program has no variable for ${showHandle(handle)}`)
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    const variable = { kind, name: `${kind}${count}`, size }
    this.#own.set(handle, variable)
    this.#made.push(variable)
    return variable.name
  }

  /** Names a child, and gives it the objects of its parent. Its number is the process of its operations. */
  fork(handle: bigint, pid: bigint): string {
    const name = this.make(handle)
    this.#byProcess.set(Number(handle & 0xffff_ffffn), new Map(this.#own))
    this.#pids.set(pid, `${name}.pid`)
    return name
  }

  get #own(): Map<bigint, Variable> {
    return this.#byProcess.get(this.process) ?? new Map<bigint, Variable>()
  }

  /** Returns the number of a process: 0 stands for the one that performs the operation. */
  pid(pid: bigint): string {
    return pid === 0n ? 'getpid()' : (this.#pids.get(pid) ?? (this.process === 0 ? 'getpid()' : 'getppid()'))
  }

  /**
   * Returns the variable of an object.
   * @throws {UsageError} PROGRAM_UNKNOWN when no operation made it: the test did not begin with an empty agent
   */
  of(handle: bigint): Variable {
    const variable = this.#own.get(handle)
    if (variable !== undefined) return variable
    throw new UsageError('PROGRAM_UNKNOWN', `no operation of the program made ${showHandle(handle)}`)
  }

  /** Tells whether the process that performs the next operation has the object. */
  has(handle: bigint): boolean {
    return this.#own.has(handle)
  }

  /** Returns the address of a byte in a mapping: `mapping1 + 0x1000`; `NULL + …` stands for no mapping. */
  address(mapping: bigint, offset: bigint): string {
    if (mapping === 0n) return offset === 0n ? 'NULL' : `(void *)${hex(offset)}`
    const { name } = this.of(mapping)
    return offset === 0n ? name : `${name} + ${hex(offset)}`
  }

  /** Returns the descriptor of a VM, a vCPU or a file; -1 for none. */
  descriptor(handle: bigint): string {
    if (handle === 0n) return '-1'
    const { kind, name } = this.of(handle)
    return kind === 'vcpu' ? `${name}.fd` : name
  }

  /** The names of all children. */
  get children(): readonly string[] {
    return this.#made.filter(({ kind }) => kind === 'child').map(({ name }) => name)
  }

  /** The declarations of all variables, one a line. */
  get declarations(): readonly string[] {
    return this.#made.map(({ kind, name }) => declarations[kind](name))
  }
}

/** Renders a word in C. Words above 2^32 get a suffix, so that they are 64 bits on each side of an expression. */
export function hex(word: bigint): string {
  const digits = word < 10n ? word.toString() : `0x${word.toString(16)}`
  return word > 0xffff_ffffn ? `${digits}ULL` : digits
}

/** Renders bytes as a literal of C. */
export function literal(bytes: Uint8Array | string): string {
  const escaped = Array.from(Buffer.from(bytes), (byte) => {
    if (byte === 0x0a) return String.raw`\n`
    const character = String.fromCodePoint(byte)
    if (character === '"' || character === '\\') return `\\${character}`
    // Three octal digits: a digit that follows cannot belong to the escape, and a trigraph cannot begin.
    return byte < 0x20 || byte > 0x7e || character === '?' ? `\\${byte.toString(8).padStart(3, '0')}` : character
  })
  return `"${escaped.join('')}"`
}
