// The task that the kernel ran for when it printed a splat.
import type { Groups } from './line-matcher.ts'

export interface SplatTask {
  readonly comm?: string
  readonly pid?: number
  readonly cpu?: number
}

const cpuHeader = /^CPU: (\d+) (?:UID: \d+ )?PID: (\d+) Comm: (.{1,20}?) (?:Kdump: loaded )?(?:Not tainted|Tainted: )/

/** The first line of the dump of a task that does not run now. */
const taskHeader = /^task:(.{1,16}?) +state:\S .*?\bpid:(?: *)(\d+)/

/** The facts about the task in the groups of a row. */
export function taskIn({ comm, pid, cpu }: Groups): SplatTask {
  return {
    ...(comm === undefined ? {} : { comm }),
    ...(pid === undefined ? {} : { pid: Number(pid) }),
    ...(cpu === undefined ? {} : { cpu: Number(cpu) }),
  }
}

/** The task in the header of a dump; nothing on any other line. */
export function taskOn(text: string): Required<SplatTask> | undefined {
  const [, cpu, pid, comm] = cpuHeader.exec(text) ?? []
  return comm === undefined ? undefined : { comm, pid: Number(pid), cpu: Number(cpu) }
}

/** The task whose stack a line announces; nothing on any other line. */
export function dumpedTaskOn(text: string): SplatTask | undefined {
  const [, comm, pid] = taskHeader.exec(text) ?? []
  return comm === undefined ? undefined : { comm, pid: Number(pid) }
}
