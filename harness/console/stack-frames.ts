// Parses the lines of a call trace.

/** One function of a call trace. */
export interface TraceFrame {
  /** The name in the kernel, with the suffixes of the compiler. */
  readonly symbol: string
  /** The name in the source: `kvm_gmem_release` for `kvm_gmem_release.constprop.0`. */
  readonly function: string
  /** The offset of the address in the function, in bytes; missing where the kernel does not print it. */
  readonly offset?: number
  /** The size of the function, in bytes. */
  readonly size?: number
  /** Missing for a function of the kernel itself. */
  readonly module?: string
  /** The address is that of the instruction itself, not the one after a call. */
  readonly isExact?: true
  /** The unwinder is not sure that the function was called: its address was on the stack. */
  readonly isDoubtful?: true
  /** The function was inlined into the function of the next frame. */
  readonly isInlined?: true
  /** `file:line`, from vmlinux, or from a log that was symbolised before. */
  readonly location?: string
}

const symbol = String.raw`[A-Za-z_][\w.$]*`
const address = String.raw`(?:\[<?[0-9a-f]{4,16}>?\] )*`
const place = String.raw`[\w./+~-]+:(?:\d+|\?)`
const distance = String.raw`\+0x(?<offset>[0-9a-f]+)/0x(?<size>[0-9a-f]+)(?:/0x[0-9a-f]+)?`
const frameLine = new RegExp(
  [
    String.raw`^\s*${address}(?<doubtful>\? )?(?:\[[a-z]\] )?\.?(?<symbol>${symbol})${distance}`,
    String.raw`(?: \[(?<module>[\w-]+)(?: [0-9a-f]+)?\])?(?: \([A-Z]{1,2}\))?(?: (?:(?<location>${place})|\?\?:\?))?`,
    String.raw`(?: \([A-Z]{1,2}\)| \(unreliable\)| \(discriminator \d+\))*\s*$`,
  ].join(''),
)
/** s390 puts the frame in parentheses when it only found the address on the stack. */
const foundLine = new RegExp(
  String.raw`^\s*\(${address}(?<symbol>${symbol})${distance}(?: \[(?<module>[\w-]+)\])?\)\s*$`,
)
/** arm names the function and its caller on each line; only the caller has an offset. */
const callerLine = new RegExp(
  String.raw`^\s*${address}\(?[\w.$]+(?:\+0x[0-9a-f]+/0x[0-9a-f]+)?\)?(?: \[[\w-]+\]\)?)? from ${address}\(?(?<symbol>${symbol})${distance}\)?(?: \[(?<module>[\w-]+)\]\)?)?\s*$`,
)
// The format of scripts/decode_stacktrace.sh: "func (mm/file.c:12 (discriminator 1) mm/file.c:20) module", and others:
// "func mm/file.c:12 [inline]". The script removes the indentation.
const decodedLine = new RegExp(
  [
    // Older symbolizers write `inline` where the address would be.
    String.raw`^\s*(?:${address}|\[< *inline *>\] )(?<doubtful>\? )?(?<symbol>${symbol}) (?:`,
    String.raw`\((?:(?<location>${place})|\?\?:[0?])(?: \(discriminator \d+\)| ${place})*\)(?: \[?(?<module>[\w-]+)\]?)?`,
    String.raw`|(?<inlined>${place})(?: \[inline\])?`,
    String.raw`)(?: \([A-Z]{1,2}\))*\s*$`,
  ].join(''),
)
/** Without KALLSYMS, and for code generated at run time, the kernel prints only the address. */
const addressLine = /^\s*(?:\? )?0x[0-9a-f]{8,16}\s*$/
const cutLine = new RegExp(String.raw`^ ${address}(?:\? )?${symbol}\+0x[0-9a-f]*(?:/(?:0x?[0-9a-f]*)?)?$`)
/** The register that holds the address of the instruction, as each processor calls it. */
const counterName = [
  String.raw`(?:RIP|EIP|IP):? (?:is at )?(?:[0-9a-f]{4}:)?(?:\[<[0-9a-f]+>\]\s*)*`,
  String.raw`(?:pc|epc) *: (?:[0-9a-f]{8,16} )?`,
  String.raw`PC is at `,
  String.raw`PC: \[<[0-9a-f]+>\] `,
  String.raw`TPC: <`,
  String.raw`\s*IAOQ\[0\]: `,
  String.raw`NIP \[[0-9a-f]+\] `,
  String.raw`Krnl PSW : [0-9a-f]+ [0-9a-f]+ \(`,
  String.raw`\s*(?:ERA|era) *: [0-9a-f]{8,16} `,
].join('|')
const programCounter = new RegExp(
  String.raw`^(?:${counterName})\.?(?!(?:0x|[0-9a-f]{8,16}(?![\w.+])|ra :))(?<symbol>${symbol})(?:\+0x(?<offset>[0-9a-f]+)/0x(?<size>[0-9a-f]+))?(?: \[(?<module>[\w-]+)\])?`,
)

// Suffixes of functions that the compiler has cloned, split or made local to a file.
const compilerNoise =
  /(?:\.(?:isra|constprop|part|cold|llvm|clone|lto_priv|localalias|cfi|cfi_jt)(?:\.\d+)*|\.\d+|\$\w+)+$/

/** Gives the name in the source of a symbol. */
export function functionOf(name: string): string {
  return name
    .replace(compilerNoise, '')
    .replace(/^__pfx_/, '')
    .replace(/^(bpf_prog_)[0-9a-f]{16}_?/, '$1')
}

/** Parses a line of a trace; `nameless` for a frame of which only the address is known. */
export function frameOn(text: string): TraceFrame | 'nameless' | undefined {
  const found = foundLine.exec(text)
  const match = frameLine.exec(text) ?? callerLine.exec(text) ?? decodedLine.exec(text) ?? found
  const groups = match?.groups
  if (groups === undefined) return addressLine.test(text) ? 'nameless' : undefined
  const { doubtful, inlined, location = inlined } = groups
  return {
    ...named(groups),
    ...(doubtful === undefined && match !== found ? {} : { isDoubtful: true }),
    ...(inlined === undefined ? {} : { isInlined: true }),
    ...(location === undefined || location.endsWith('?') ? {} : { location }),
  }
}

/** Parses the program counter on a line of registers; nothing for an address of user space. */
export function programCounterOn(text: string): TraceFrame | undefined {
  const groups = programCounter.exec(text)?.groups
  if (groups === undefined) return undefined
  return { ...named(groups), isExact: true, ...(text.trimEnd().endsWith('[inline]') ? { isInlined: true } : {}) }
}

/** Whether the end of a line of a trace is missing. */
export function isCutFrame(text: string): boolean {
  return cutLine.test(text)
}

function named({ symbol: name = '', offset, size, module }: Readonly<Record<string, string | undefined>>): TraceFrame {
  return {
    symbol: name,
    function: functionOf(name),
    ...(offset === undefined ? {} : { offset: Number.parseInt(offset, 16) }),
    ...(size === undefined ? {} : { size: Number.parseInt(size, 16) }),
    ...(module === undefined ? {} : { module }),
  }
}
