// Lines of a call trace.

/** One function of a call trace, the innermost first. */
export interface TraceFrame {
  /** As the kernel names it, with the noise of the compiler. */
  readonly symbol: string
  /** The function of the source: `kvm_gmem_release` for `kvm_gmem_release.constprop.0`. */
  readonly function: string
  /** Of the address in the function; missing where the kernel does not say it. */
  readonly offset?: number
  /** Of the function, in bytes. */
  readonly size?: number
  /** Missing for a function of the kernel itself. */
  readonly module?: string
  /** The address is that of the instruction, not that after a call. */
  readonly isExact?: true
  /** It was inlined into the function of the next frame. */
  readonly isInlined?: true
  /** `file:line`, from vmlinux, or from the log if that was decoded before. */
  readonly location?: string
}

const symbol = String.raw`[A-Za-z_][\w.$]*`
const address = String.raw`(?:\[<?[0-9a-f]{4,16}>?\] )*`
const frameLine = new RegExp(
  String.raw`^\s*${address}(\? )?(?:\[[a-z]\] )?(${symbol})\+0x([0-9a-f]+)/0x([0-9a-f]+)(?:/0x[0-9a-f]+)?(?: \[([\w-]+)(?: [0-9a-f]+)?\])?(?: \([A-Za-z]{1,2}\))?(?: ([\w./-]+:\d+)(?: \[inline\])?)?(?: \(unreliable\)| \(discriminator \d+\))?\s*$`,
)
// As scripts/decode_stacktrace.sh writes it: "func (mm/file.c:12 (discriminator 1)) module"
const decodedLine = new RegExp(
  String.raw`^\s+(\? )?(${symbol}) \(([\w./-]+:\d+)[^)]*\)*(?: \[?([\w-]+)\]?)?\s*$`,
)
const cutLine = new RegExp(String.raw`^ ${address}(?:\? )?${symbol}\+0x[0-9a-f]*(?:/(?:0x?[0-9a-f]*)?)?$`)
const programCounter = new RegExp(
  String.raw`^(?:RIP: (?:[0-9a-f]{4}:)?(?:\[<[0-9a-f]+>\] )?|EIP: |pc : |PC is at |epc : |NIP \[[0-9a-f]+\] )(${symbol})(?:\+0x([0-9a-f]+)/0x([0-9a-f]+))?(?: \[([\w-]+)\])?`,
)

// What compilers append to a function that they have cloned, split or made local to a file.
const compilerNoise =
  /(?:\.(?:isra|constprop|part|cold|llvm|clone|lto_priv|localalias|cfi|cfi_jt)(?:\.\d+)*|\.\d+|\$\w+)+$/

/** The function of the source that a symbol stands for. */
export function functionOf(name: string): string {
  return name.replace(compilerNoise, '').replace(/^__pfx_/, '')
}

/** The frame on a line of a trace, and nothing for one that the unwinder marks as doubtful with a question mark. */
export function frameOn(text: string): TraceFrame | 'doubtful' | undefined {
  const found = frameLine.exec(text)
  if (found !== null) {
    const [, doubtful, name = '', offset = '', size = '', module, location] = found
    if (doubtful !== undefined) return 'doubtful'
    return { ...named(name, offset, size, module), ...(location === undefined ? {} : { location }) }
  }
  const [all, doubtful, name = '', location = '', module] = decodedLine.exec(text) ?? []
  if (all === undefined) return undefined
  if (doubtful !== undefined) return 'doubtful'
  return {
    symbol: name,
    function: functionOf(name),
    ...(module === undefined ? {} : { module }),
    location,
  }
}

/** Where the processor was, on a line of registers; nothing for one of user space. */
export function programCounterOn(text: string): TraceFrame | undefined {
  const [all, name = '', offset, size, module] = programCounter.exec(text) ?? []
  return all === undefined ? undefined : { ...named(name, offset, size, module), isExact: true }
}

/** Whether this is a line of a trace whose end is missing. */
export function isCutFrame(text: string): boolean {
  return cutLine.test(text)
}

function named(
  name: string,
  offset: string | undefined,
  size: string | undefined,
  module: string | undefined,
): TraceFrame {
  return {
    symbol: name,
    function: functionOf(name),
    ...(offset === undefined ? {} : { offset: Number.parseInt(offset, 16) }),
    ...(size === undefined ? {} : { size: Number.parseInt(size, 16) }),
    ...(module === undefined ? {} : { module }),
  }
}
