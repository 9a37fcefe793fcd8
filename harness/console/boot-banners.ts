// Which banners of a boot in a log are no surprise.

/** What says that the next banner is none. */
const goodbye =
  /^(?:reboot: (?:Restarting|Power|System halted|machine restart)|kexec(?:_core)?: Starting new kernel|Restarting system|Kernel panic - )/
/** The title of another console in the same log, as a run writes it, maybe behind half a line: its machine boots, or is up. */
const title = /gmemtest: a virtual machine, (booted|restored)/
/** A journal of several boots says where one begins; whether the one before was stopped in order, it has said before. */
const journalBoot = /^-- (?:Boot [0-9a-f]{32}|Reboot) --$/
const journalStopped = /systemd-journald\[\d+\]: Journal stopped$/
/** A console that is registered late prints all again that an early one has printed. */
const replay = /console \[\w+\] enabled/
/** A log that begins later than that, in seconds, is of a machine that was up. */
const bootSeconds = 5

export class Boots {
  #firstTime: number | undefined
  #isUp: boolean

  /** `isUp`: the machine is up before the first line, so every banner is a reboot. Otherwise the first one is the boot. */
  constructor(isUp: boolean) {
    this.#isUp = isUp
  }

  /** Hears of a time stamp of the kernel, in seconds. */
  stamp(time: number | undefined): void {
    this.#firstTime ??= time
  }

  /** Looks at the text of a line, in case it says that a banner will come. Whether the log of another machine begins. */
  notice(text: string): boolean {
    const instance = title.exec(text)
    if (instance === null && !goodbye.test(text)) return false
    this.#isUp = instance?.[1] === 'restored'
    this.#firstTime = 0
    return instance !== null
  }

  /** Whether a banner is one that nobody has announced; `before` are the lines before it. */
  isReboot(before: readonly string[]): boolean {
    const wasUp = this.#isUp || (this.#firstTime ?? 0) > bootSeconds
    this.#isUp = true
    const boot = before.findLastIndex((line) => journalBoot.test(line))
    const isStopped = before.slice(0, Math.max(0, boot)).some((line) => journalStopped.test(line))
    return wasUp && !isStopped && !before.slice(-1).some((line) => replay.test(line))
  }
}
