// Derives the activity of the tasks of the agent, or of another program, from /proc of the instance.

/** The activity of a task. */
export type Activity =
  /** It runs in the kernel or in a nested VM (KVM_RUN), or sleeps in the kernel. */
  | 'in the kernel'
  /** It runs its own code. */
  | 'in user space'
  /** It is ready to run and gets no CPU. */
  | 'runnable'
  /** A signal, a debugger or the freezer stopped it. */
  | 'stopped'
  /** It waits for another task of the agent: a child, a thread, a lock between threads. */
  | 'waiting'
  /** It waits for a request of gmemtest. */
  | 'idle'
  /** It has ended, and its parent has not reaped it yet. */
  | 'ended'

/** One task of a program. */
export interface Task {
  readonly pid: number
  readonly tid: number
  /** The process that has started it. */
  readonly parent: number
  readonly activity: Activity
  /** Its activity as a readable line. */
  readonly summary: string
  /** The kernel stack of a task that sleeps, the innermost function first; empty for a task that runs. */
  readonly stack: readonly string[]
}

const pauseMilliseconds = 300

// TASK_COMM_LEN without the final zero: the kernel cuts longer names.
const longestName = 15

/**
 * Returns a shell command. For every process of this name, it prints files of each task as lines `PATH:TEXT`, the targets of
 * its descriptors, and the CPU times once more after a pause. It reads nothing that depends on locks or memory of the process.
 */
export function tasksCommand(program: string): string {
  // The names of programs have no quotes; another name would find nothing.
  const name = program.replaceAll(/[^\w.+-]/g, '?').slice(0, longestName)
  return [
    'cd /proc || exit 1',
    `for s in $(grep -lsF '(${name})' [0-9]*/stat); do d="$d \${s%/stat}"; done`,
    'for p in $d; do t="$t $p/task/*/stat"; grep -sH "" $p/task/*/stat $p/task/*/syscall $p/task/*/stack',
    'for f in $p/fd/*; do echo "$f:$(readlink $f)"; done; done',
    `sleep ${pauseMilliseconds / 1000}`,
    'echo again; [ -z "$t" ] || grep -sH "" $t; true',
  ].join('\n')
}

interface Stat {
  readonly state: string
  readonly parent: number
  /** In ticks of 10 ms: in user space without nested VMs, in the kernel, in nested VMs. */
  readonly user: number
  readonly system: number
  readonly guest: number
}

/** Returns the tasks of a process and of its descendants, among those of its name; none when the process is gone. */
export function agentTasks(output: string, agent: number): Task[] {
  const tasks = allTasks(output)
  const family = descendants(agent, tasks)
  return tasks.filter(({ pid }) => family.has(pid))
}

/** Returns the tasks of all processes that `tasksCommand` has found. */
export function allTasks(output: string): Task[] {
  const [first = '', second = ''] = output.split(/^again$/m)
  const [before, after] = [readFiles(first), readFiles(second)]
  const stats = new Map(
    [...before].flatMap(([path, lines]) => {
      const [, pid, tid] = /^(\d+)\/task\/(\d+)\/stat$/.exec(path) ?? []
      const stat = parseStat(lines[0] ?? '')
      if (pid === undefined || tid === undefined || stat === undefined) return []
      return [[path, { pid: Number(pid), tid: Number(tid), stat }] as const]
    }),
  )
  return Array.from(stats, ([path, { pid, tid, stat }]) => {
    const folder = path.slice(0, -'stat'.length)
    return taskOf({
      pid,
      tid,
      stat,
      later: parseStat(after.get(path)?.[0] ?? ''),
      syscall: before.get(`${folder}syscall`)?.[0] ?? '',
      stack: (before.get(`${folder}stack`) ?? []).map((line) => line.replace(/^\[<\w+>\] /, '')),
      leadsTo: (descriptor) => before.get(`${pid}/fd/${descriptor}`)?.[0] ?? '',
    })
  })
}

/** Groups lines `PATH:TEXT` by their paths. */
function readFiles(text: string): Map<string, string[]> {
  const files = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === -1) continue
    const path = line.slice(0, colon)
    files.set(path, [...(files.get(path) ?? []), line.slice(colon + 1)])
  }
  return files
}

/** Parses a stat file. The name of the process, in brackets, may contain brackets: fields count from the last one. */
function parseStat(text: string): Stat | undefined {
  const [state, parent, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (state === undefined || parent === undefined || fields.length < 39) return undefined
  const [user = 0, system = 0, guest = 0] = [9, 10, 38].map((index) => Number(fields[index]))
  return { state, parent: Number(parent), user: user - guest, system, guest }
}

function descendants(agent: number, tasks: readonly Task[]): Set<number> {
  const family = new Set(tasks.some(({ pid }) => pid === agent) ? [agent] : [])
  for (let size = 0; size !== family.size;) {
    size = family.size
    for (const { pid, parent } of tasks) if (family.has(parent)) family.add(pid)
  }
  return family
}

interface Seen {
  readonly pid: number
  readonly tid: number
  readonly stat: Stat
  readonly later: Stat | undefined
  /** `running`, or the number of the system call and its arguments. */
  readonly syscall: string
  readonly stack: readonly string[]
  readonly leadsTo: (descriptor: number) => string
}

// x86-64: futex, futex_waitv, futex_wait; wait4, waitid; poll, select, ppoll, pselect6, epoll_wait; pause, nanosleep,
// clock_nanosleep, rt_sigtimedwait, rt_sigsuspend.
const waitingCalls: ReadonlySet<number> = new Set([202, 449, 455, 61, 247, 7, 23, 271, 270, 232, 34, 35, 230, 128, 130])
const readCall = 0
// Only a frozen task sleeps in get_signal; the compiler often inlines do_freezer_trap into it.
const freezer = /^(?:do_freezer_trap|get_signal|__refrigerator)\b/

function taskOf(seen: Seen): Task {
  const { pid, tid, stat, stack } = seen
  const [activity, summary] = judgeTask(seen)
  const shown = `${pid === tid ? `process ${pid}` : `thread ${tid} of process ${pid}`}: ${summary}`
  // The stack of a task that runs is left over from an earlier sleep.
  return { pid, tid, parent: stat.parent, activity, summary: shown, stack: stat.state === 'R' ? [] : stack }
}

function judgeTask(seen: Seen): readonly [activity: Activity, summary: string] {
  const { stat, later = seen.stat, stack } = seen
  if ('ZX'.includes(stat.state)) return ['ended', 'it has ended']
  if ('Tt'.includes(stat.state)) return ['stopped', `it is stopped (${stat.state})`]
  if (freezer.test(stack[0] ?? '')) return ['stopped', 'it is frozen']
  const used = {
    'in the kernel': later.system - stat.system + later.guest - stat.guest,
    'in user space': later.user - stat.user,
  }
  const total = used['in the kernel'] + used['in user space']
  const halfOfPause = pauseMilliseconds / 10 / 2
  if (stat.state === 'R' || total >= halfOfPause) {
    if (total === 0) return ['runnable', 'it is ready to run and gets no CPU']
    const where = used['in the kernel'] >= used['in user space'] ? 'in the kernel' : 'in user space'
    const guest = later.guest > stat.guest ? ', in a nested VM' : ''
    return [where, `it runs ${where}${guest} (${used[where] * 10} ms of ${pauseMilliseconds} ms)`]
  }
  return judgeSleeper(seen)
}

function judgeSleeper({ stat, syscall, stack, leadsTo }: Seen): readonly [Activity, string] {
  const [number = Number.NaN, argument = 0] = syscall.split(' ').map(Number)
  const where = stack[0] === undefined ? '' : ` in ${stack[0].replace(/\+.*/, '')}`
  const sleeps = `it sleeps (${stat.state})${where}`
  if (stat.state === 'D') return ['in the kernel', sleeps]
  if (number === readCall && argument === 0) return ['idle', 'it waits for a request']
  const isPipe = /^(?:pipe|socket):/.test(leadsTo(argument))
  if (waitingCalls.has(number) || (number === readCall && isPipe)) {
    return ['waiting', `it waits for another task${where}`]
  }
  return ['in the kernel', number >= 0 ? `${sleeps}, system call ${number}` : sleeps]
}
