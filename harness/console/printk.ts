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
  /** The prefix of an unknown program before the text, which was learned from the log. */
  readonly prefix?: string
  /** The line may as well begin with that prefix itself. */
  readonly isLikely?: true
  /** Another record that begins within the line; the end of this record is lost. */
  readonly next?: string
}

/** Some vendors add the processor to the time, or put processor and task behind it. */
const behindStamp = [
  String.raw` *-?\(\d\)\[\d+:[^\]]{1,20}\] ?`,
  String.raw`(?: *[A-Z]?\[ ?\d+: *[^\[\]]{1,24}: *\d+\])?(?: *\[ *([TC]\d+)\])?(?: |$)`,
]
const stamp = String.raw`\[ *(\d+\.\d{6})(?:@\d+)?(?: <[ \d.]+>)?\](?:${behindStamp.join('|')})`
/** The time stamp of printk at any position: the characters before it come from the capture, or are noise. */
const anyStamp = new RegExp(stamp)
const laterStamp = new RegExp(`.(${stamp}.*)`)
/** A record of /dev/kmsg, or of netconsole, which may put the release before it; the facility of the kernel is 0. */
const record = String.raw`(?:\d+\.\d[^\s,;]*,)?[0-7],\d+,(\d+),[-c+][^;]{0,99};`
const anyRecord = new RegExp(String.raw`(?:^|[\s|>])${record}`)
const recordCaller = /,caller=([TC]\d+)/

const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`
const isoTime = String.raw`\d{4}-\d\d-\d\d[T ]${clock}(?:Z|[+-]\d\d:?\d\d)?`
/** Prefixes of programs that capture a console; they come one after the other and do not tell who wrote the line. */
const ofCapture = [
  isoTime,
  String.raw`\[(?:${isoTime}|${clock})\]`,
  clock,
  String.raw`\w+ \| `,
  // GitLab, behind its time
  String.raw`\d\d[OE]\+?`,
  // openQA
  String.raw`\[(?:debug|info|warn|error)\]`,
  String.raw`\[pid:\d+\]`,
]
/** The name of a host or facility, or the zone of a time. */
const name = String.raw`[^\s:]+`
/** Prefixes that only the lines of a kernel have. */
const ofKernel = [
  // syslog as RFC 5424 has it; the facility of the kernel is 0
  String.raw`<\d{1,3}>1 ${isoTime} \S+ kernel \S+ \S+ (?:-|\[[^\]]*\])`,
  String.raw`<\d{1,3}>`,
  String.raw`kern *:\w+ *:`,
  // syslog and the journal: a date of any language and form with a clock in it, and the name of the program
  String.raw`(?:${name} +){0,5}[^\s:]*\d\d:\d\d:\d\d\S*(?: +${name}){0,4} +kernel(?:\[[^\]]*\])?:`,
  String.raw`\d{9,11}\.\d{6} ${name} kernel(?:\[\d+\])?:`,
  // syslog writes to all terminals.
  String.raw`(?<=^ )kernel:`,
  // Android's logcat
  String.raw`\d\d-\d\d ${clock} +(?:\w+ +)?\d+ +\d+ [VDIWEF] (?:kernel)? *:`,
  // dmesg -T, --time-format=reltime and delta
  String.raw`\[${name} ${name} [ \d]\d ${clock} \d{4}\]`,
  String.raw`\[[^\s\d\[\]][^\s\[\]]{0,7}[ \d]\d \d\d:\d\d\]`,
  String.raw`\[\d{1,2}[^\s\d:.\[\]]{1,3}[ \d]\d \d\d:\d\d\]`,
  String.raw`\[(?: *\d+\.\d+|[ <+]+\d+\.\d+>?)\]`,
  String.raw`\[ *[TC]\d+\]`,
]
const prefix = new RegExp(`^ ?(?:(${ofKernel.join('|')})|${ofCapture.join('|')})(?: |$)?`)
const kernelLine = new RegExp(
  `^.*${stamp}.*|^(?:.*[\\s|>])?${record}.*|^ ?(?:(?:${ofCapture.join('|')}) )*(?:${ofKernel.join('|')}).*`,
  'm',
)
const caller = /^\[ *([TC]\d+)\]$/
const mostPrefixes = 6
/** journalctl -o short-monotonic and short-delta print the host name behind the time. */
const host = /^\S+ kernel(?:\[\d+\])?:(?: |$)/
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
  const recorded = anyRecord.exec(raw)
  if (recorded !== null) {
    const [all, time] = recorded
    const by = recordCaller.exec(all)?.[1]
    return {
      text: raw.slice(recorded.index + all.length),
      time: Number(time) / 1e6,
      ...(by === undefined ? {} : { caller: by }),
      isKernel: true,
    }
  }
  return withoutPrefixes(raw)
}

/** logcat makes a tag of the first word of a record, and fills it up with blanks. */
const tagged = /^(\d\d-\d\d [\d:.]+ +(?:\w+ +)?0 +0 [VDIWEF]) (\S+?) *: /

function withoutPrefixes(raw: string): ConsoleLine {
  let text = raw.replace(tagged, '$1 : $2: ')
  let isKernel = false
  let by: string | undefined
  for (let count = 0; count < mostPrefixes; count += 1) {
    const [all, kernel] = prefix.exec(text) ?? []
    if (all === undefined) break
    isKernel ||= kernel !== undefined
    by ??= caller.exec(kernel ?? '')?.[1]
    text = text.slice(all.length)
  }
  return { text, ...(by === undefined ? {} : { caller: by }), isKernel }
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

/** The beginning of a line of LAVA's log, YAML or JSON, up to the quote before the text of the console. */
const wrapped = /^(?:- )?\{.{0,200}?\bmsg["']?: ?(['"])/

/** Gives the text of the console in a line of a structured log; nothing for any other line. */
export function unwrapped(raw: string): string | undefined {
  const [head, quote] = wrapped.exec(raw) ?? []
  const whole = raw.trimEnd()
  if (head === undefined || quote === undefined || !whole.endsWith(`${quote}}`)) return undefined
  const inner = whole.slice(head.length, -2)
  if (quote === "'") return inner.replaceAll("''", "'")
  try {
    return String(JSON.parse(`"${inner}"`))
  } catch {
    // YAML has escapes that JSON does not have.
    return inner.replaceAll(/\\(.)/g, '$1')
  }
}
