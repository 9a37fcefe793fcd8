// Separates the text of a console line from its prefixes.

/** A line without the prefixes of printk, of the console and of the program that captured it. */
export interface ConsoleLine {
  readonly text: string
  /** Seconds since boot, when the line has them. */
  readonly time?: number
  /** The context that printed it: `T12` is task 12, `C1` an interrupt on CPU 1 (CONFIG_PRINTK_CALLER). */
  readonly caller?: string
  /** Whether a prefix shows that the kernel wrote the line. */
  readonly isKernel: boolean
  /** Another record that begins within the line; the end of this record is lost. */
  readonly next?: string
}

const stamp = String.raw`\[ *(\d+\.\d{6})(?: <[ \d.]+>)?\](?: *\[ *([TC]\d+)\])?(?: |$)`
/** The time stamp of printk at any position: the characters before it come from the capture, or are noise. */
const anyStamp = new RegExp(stamp)
const laterStamp = new RegExp(`.(${stamp}.*)`)

const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`
const isoTime = String.raw`\d{4}-\d\d-\d\d[T ]${clock}(?:Z|[+-]\d\d:?\d\d)?`
/** Prefixes of programs that capture a console; they come one after the other and do not tell who wrote the line. */
const ofCapture = [isoTime, String.raw`\[(?:${isoTime}|${clock})\]`, clock, String.raw`\w+ \| `]
/** Prefixes that only the lines of a kernel have. */
const ofKernel = [
  // syslog as RFC 5424 has it, and /dev/kmsg as it is read; the facility of the kernel is 0
  String.raw`<\d{1,3}>1 ${isoTime} \S+ kernel \S+ \S+ (?:-|\[[^\]]*\])`,
  String.raw`[0-7],\d+,\d+,[^;]*;`,
  String.raw`<\d{1,3}>`,
  String.raw`kern *:\w+ *:`,
  // syslog and journalctl: -o short, short-iso, short-full, short-unix
  String.raw`(?:\w{3} +\d+ ${clock}|(?:\w{3} )?${isoTime}(?: [A-Z]{2,5}| [+-]\d{2,4})?|\d{9,11}\.\d{6}) \S+ kernel:`,
  // dmesg -T, --time-format=reltime and delta
  String.raw`\[\w{3} \w{3} [ \d]\d ${clock} \d{4}\]`,
  String.raw`\[\w{3}[ \d]\d \d\d:\d\d\]`,
  String.raw`\[(?: *\d+\.\d+|[ <+]+\d+\.\d+>?)\]`,
  String.raw`\[ *[TC]\d+\]`,
]
const prefix = new RegExp(`^ ?(?:(${ofKernel.join('|')})|${ofCapture.join('|')})(?: |$)?`)
const kernelLine = new RegExp(`^.*${stamp}.*|^ ?(?:(?:${ofCapture.join('|')}) )*(?:${ofKernel.join('|')}).*`, 'm')
const caller = /^\[ *([TC]\d+)\]$/
const mostPrefixes = 5
/** journalctl -o short-monotonic and short-delta print the host name behind the time. */
const host = /^\S+ kernel:(?: |$)/
const kmsg = /^[0-7],\d+,(\d+),[^;]*;/
const kmsgCaller = /,caller=([TC]\d+)/
/** The date of dmesg --time-format=iso. Captures of a serial line have it too, so it does not show who wrote the line. */
const dated = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{6}[+-]\d\d:\d\d /m

/** Parses a line. `raw` has no line feed and no control characters. */
export function parseLine(raw: string): ConsoleLine {
  const stamped = anyStamp.exec(raw)
  if (stamped !== null) {
    const behind = raw.slice(stamped.index + stamped[0].length)
    const rest = stamped.index === 0 ? behind.replace(host, '') : behind
    const [, time, by] = stamped
    const next = laterStamp.exec(rest)?.[1]
    return {
      text: rest,
      time: Number(time),
      ...(by === undefined ? {} : { caller: by }),
      isKernel: true,
      ...(next === undefined ? {} : { next }),
    }
  }
  const time = kmsg.exec(raw)?.[1]
  let text = raw
  let isKernel = false
  let by: string | undefined
  for (let count = 0; count < mostPrefixes; count += 1) {
    const [all, kernel] = prefix.exec(text) ?? []
    if (all === undefined) break
    isKernel ||= kernel !== undefined
    by ??= (caller.exec(kernel ?? '') ?? kmsgCaller.exec(kernel ?? ''))?.[1]
    text = text.slice(all.length)
  }
  return {
    text,
    ...(time === undefined ? {} : { time: Number(time) / 1e6 }),
    ...(by === undefined ? {} : { caller: by }),
    isKernel,
  }
}

/** Whether any of these lines has a date that only a log has. */
export function hasDate(text: string): boolean {
  return dated.test(text)
}

/** Parses the first of these lines that has a prefix of the kernel. */
export function firstKernelLine(text: string): ConsoleLine | undefined {
  const [line] = kernelLine.exec(text) ?? []
  return line === undefined ? undefined : parseLine(line)
}
