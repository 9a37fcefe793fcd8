// Locks, RCU, and operations in the wrong context: kernel/locking, kernel/rcu, kernel/sched/core.c.
import { endTrace, rows } from './pattern.ts'

export const locking = rows({
  'lockdep-circular': {
    kind: 'lockdep',
    needle: ['WARNING: possible ', 'INFO: possible '],
    begin:
      /^(?:WARNING|\[ INFO): (?<what>possible (?:circular locking dependency|recursive locking|irq lock inversion dependency)) detected/,
  },
  'lockdep-irq-unsafe': {
    kind: 'lockdep',
    needle: 'lock order detected',
    begin: /^(?:WARNING|\[ INFO): (?<what>\w+-safe -> \w+-unsafe lock order) detected/,
  },
  'lockdep-inconsistent': {
    kind: 'lockdep',
    needle: ': inconsistent lock state',
    begin: /^(?:WARNING|\[ INFO): (?<what>inconsistent lock state)/,
  },
  'lockdep-unlock': {
    kind: 'lockdep',
    needle: 'WARNING: ',
    begin:
      /^WARNING: (?<what>bad unlock balance|bad contention|held lock freed|Nested lock was not taken|chain_key collision|lock held when returning to user space)/,
  },
  'lockdep-exit': {
    kind: 'lockdep',
    needle: 'still has locks held',
    begin: /^(?:WARNING|\[ BUG): (?<comm>.+)\/(?<pid>\d+) still has locks held!/,
    title: 'a task ends with locks held',
  },
  'lockdep-wait-context': {
    kind: 'lockdep',
    needle: [
      '[ BUG: ',
      'BUG: Invalid wait',
      'BUG: invalid wait',
      'BUG: bad unlock',
      'BUG: held lock',
      'BUG: lock held',
    ],
    // Some kernels leave the brackets out.
    begin:
      /^(?:\[ (?=BUG: .* \]$)|(?=BUG: (?:[iI]nvalid wait context|bad unlock balance|held lock freed|lock held when)))BUG: (?<what>.*?)!?(?: \])?$/,
  },
  'lockdep-key': {
    kind: 'lockdep',
    needle: 'INFO: trying to register',
    begin: /^INFO: (?<what>trying to register non-static key)/,
  },
  'lockdep-limit': {
    kind: 'lockdep',
    needle: 'BUG: MAX_',
    begin: /^BUG: (?<what>MAX_\w+ too low)!/,
    hasTrace: false,
    blame: 'none',
  },
  'debug-locks': {
    kind: 'lockdep',
    needle: 'DEBUG_LOCKS_WARN_ON',
    begin: /^(?<what>DEBUG_LOCKS_WARN_ON\(.*\))/,
    end: endTrace,
  },
  'rcu-usage': {
    kind: 'rcu',
    needle: ': suspicious RCU usage',
    begin: /^(?:WARNING|\[ INFO): (?<what>suspicious RCU usage)/,
  },
  'rcu-context-switch': {
    kind: 'rcu',
    needle: 'RCU read-side critical section',
    begin: /^(?<what>(?:Voluntary|Illegal) context switch within RCU read-side critical section)/,
    end: endTrace,
  },
  'sleep-in-atomic': {
    kind: 'atomic-sleep',
    needle: 'sleeping function called from invalid context',
    begin: /^BUG: (?<what>sleeping function called from invalid context)/,
  },
  'blocking-while-not-running': {
    kind: 'atomic-sleep',
    needle: 'do not call blocking ops',
    begin: /^(?<what>do not call blocking ops when !TASK_RUNNING)/,
    end: endTrace,
  },
  'scheduling-while-atomic': {
    kind: 'atomic-sleep',
    needle: 'BUG: scheduling ',
    begin: /^BUG: (?<what>scheduling while atomic|scheduling in a non-blocking section): (?<comm>.+)\/(?<pid>\d+)\//,
  },
  'scheduling-from-idle': {
    kind: 'atomic-sleep',
    needle: 'bad: scheduling from',
    begin: /^bad: (?<what>scheduling from the idle thread)!/,
  },
  'offline-reschedule': {
    kind: 'preemption',
    needle: 'Unexpected reschedule',
    begin: /^(?<what>Unexpected reschedule of offline CPU)#(?<cpu>\d+)/,
    end: endTrace,
  },
  preemptible: {
    kind: 'preemption',
    needle: 'BUG: using ',
    begin: /^BUG: (?<what>using \w+\(\) in preemptible) \[[0-9a-f]+\] code: (?<comm>.+)\/(?<pid>\d+)/,
  },
  'assuming-context': {
    kind: 'preemption',
    needle: 'BUG: assuming ',
    begin: /^BUG: (?<what>assuming (?:atomic|non migratable) context)/,
  },
  'work-leaks': {
    kind: 'preemption',
    needle: 'BUG: workqueue leaked',
    begin: /^BUG: (?<what>workqueue leaked [\w, ]+): (?<comm>.+)\[(?<pid>\d+)\]/,
  },
  spinlock: {
    kind: 'spinlock',
    needle: 'BUG: ',
    begin: /^BUG: (?<what>(?:spinlock|rwlock) [\w -]+?) on CPU#(?<cpu>\d+), (?<comm>.+?)\/(?<pid>\d+)/,
  },
})
