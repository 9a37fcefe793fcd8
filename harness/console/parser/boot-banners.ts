// Tells an expected boot in a log from a reboot.
import { parseLine } from '../printk.ts'

/** Lines after which a boot is expected. */
const goodbye =
  /^(?:reboot: (?:Restarting|Power|System halted|machine restart)|kexec(?:_core)?: Starting new kernel|Restarting system|sysrq: Resetting|Starting crashdump kernel|Bye!|Kernel panic - )/
/** The heading of another instance's console in the log of a run, possibly behind half a line. */
const title = /gmemtest: a virtual machine, (booted|restored)/
/** The line by which a journal of several boots separates them; whether the boot before was stopped is further up. */
const journalBoot = /^-- (?:Boot [0-9a-f]{32}|Reboot) --$/
const journalStopped = /systemd-journald\[\d+\]: Journal stopped$/
/** A console that is registered late prints again all lines that an early one has printed. */
const replay = /console \[\w+\] enabled/
/** Programs that run only while a kernel is up. */
const isInUse = /\blogin: |^(?:[\d:]+ )?executing program/
/** A log whose first time stamp is later than this, in seconds, is of a kernel that was up already. */
const bootSeconds = 5
/** Signs of a boot within so many lines are of the same boot. */
const bootLines = 300

/** The signs of a boot: its banner, and the lines that come before and behind it. */
type Sign = 'banner' | 'early'

/** Whether a sign is that of an expected boot, of an unexpected one, or of the boot that has just begun. */
export type Boot = 'expected' | 'unexpected' | 'begun'

interface LastSign {
  readonly line: number
  /** Whether the boot has had its banner. */
  readonly hasBanner: boolean
}

export class BootBanners {
  #firstTime: number | undefined
  #isUp: boolean
  /** A line has announced the next boot. */
  #isExpected = false
  /** The last sign of a boot. */
  #seen: LastSign | undefined

  /** `isUp`: the kernel is up before the first line, so every banner is a reboot. Otherwise the first banner is the boot. */
  constructor(isUp: boolean) {
    this.#isUp = isUp
  }

  /** Takes note of a time stamp of the kernel, in seconds. */
  stamp(time: number | undefined): void {
    this.#firstTime ??= time
  }

  /** Takes note of a line after which a banner is expected; true when the log of another instance begins. */
  notice(text: string): boolean {
    const instance = title.exec(text)
    if (instance === null && !goodbye.test(text)) return false
    this.#isUp = instance?.[1] === 'restored'
    this.#firstTime = 0
    this.#isExpected = !this.#isUp
    this.#seen = undefined
    return instance !== null
  }

  /** Takes a sign of a boot; `linesBefore` gives the lines before it. */
  begin(sign: Sign, line: number, linesBefore: () => readonly string[]): Boot {
    const last = this.#seen
    const between = last === undefined ? Infinity : line - last.line - 1
    const isSame = last !== undefined && between < bootLines && this.#continues(last, sign, between, linesBefore)
    this.#seen = { line, hasBanner: sign === 'banner' || (isSame && last.hasBanner) }
    if (isSame) return 'begun'
    const isExpected = this.#isExpected
    const isKnownUp = this.#isUp || (this.#firstTime ?? 0) > bootSeconds
    this.#isExpected = false
    this.#isUp = true
    if (isExpected) return 'expected'
    const before = linesBefore()
    const wasUp = isKnownUp || isAfterStamp(before) || before.some((text) => isInUse.test(text))
    return wasUp && !isAnnounced(before) ? 'unexpected' : 'expected'
  }

  #continues({ hasBanner }: LastSign, sign: Sign, between: number, linesBefore: () => readonly string[]): boolean {
    if (sign === 'banner') return !hasBanner
    return between === 0 || !isAfterStamp(linesBefore().slice(-between))
  }
}

function isAnnounced(before: readonly string[]): boolean {
  const boot = before.findLastIndex((line) => journalBoot.test(line))
  const isStopped = before.slice(0, Math.max(0, boot)).some((line) => journalStopped.test(line))
  return isStopped || before.slice(-1).some((line) => replay.test(line))
}

/** Whether the last stamp is of a kernel that was up. */
function isAfterStamp(before: readonly string[]): boolean {
  return lastStamp(before) > bootSeconds
}

/** The last stamp in some lines, in seconds; 0 without any. */
export function lastStamp(lines: readonly string[]): number {
  for (const line of lines.toReversed()) {
    // Stamps have a bracket, and records of /dev/kmsg have commas: most lines need not be parsed.
    const { time } = /[[,]/.test(line) ? parseLine(line) : {}
    if (time !== undefined) return time
  }
  return 0
}
