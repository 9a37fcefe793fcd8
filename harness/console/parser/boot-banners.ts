// Tells an expected boot banner in a log from a reboot.

/** Lines after which a banner is expected. */
const goodbye =
  /^(?:reboot: (?:Restarting|Power|System halted|machine restart)|kexec(?:_core)?: Starting new kernel|Restarting system|Kernel panic - )/
/** The heading of another instance's console in the log of a run, possibly behind half a line. */
const title = /gmemtest: a virtual machine, (booted|restored)/
/** The line by which a journal of several boots separates them; whether the boot before was stopped is further up. */
const journalBoot = /^-- (?:Boot [0-9a-f]{32}|Reboot) --$/
const journalStopped = /systemd-journald\[\d+\]: Journal stopped$/
/** A console that is registered late prints again all lines that an early one has printed. */
const replay = /console \[\w+\] enabled/
/** A log whose first time stamp is later than this, in seconds, is of a kernel that was up already. */
const bootSeconds = 5

export class BootBanners {
  #firstTime: number | undefined
  #isUp: boolean

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
    return instance !== null
  }

  /** Whether a banner is unexpected; `linesBefore` gives the lines before it. */
  isReboot(linesBefore: () => readonly string[]): boolean {
    const wasUp = this.#isUp || (this.#firstTime ?? 0) > bootSeconds
    this.#isUp = true
    if (!wasUp) return false
    const before = linesBefore()
    const boot = before.findLastIndex((line) => journalBoot.test(line))
    const isStopped = before.slice(0, Math.max(0, boot)).some((line) => journalStopped.test(line))
    return !isStopped && !before.slice(-1).some((line) => replay.test(line))
  }
}
