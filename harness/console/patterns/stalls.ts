// Splats about a lack of progress: lockups, stalls, hung tasks, and waits that never end.
import { rows } from './pattern.ts'

export const stalls = rows({
  'soft-lockup': {
    kind: 'soft-lockup',
    needle: 'soft lockup - CPU',
    begin:
      /^(?:watchdog: |NMI watchdog: )?BUG: soft lockup - CPU#(?<cpu>\d+) stuck for \d+s! \[(?<comm>.+):(?<pid>\d+)\]/,
    title: 'soft lockup',
    end: 'traces',
    blame: 'interrupted',
  },
  'hard-lockup': {
    kind: 'hard-lockup',
    needle: 'hard LOCKUP',
    begin: /^(?:(?:NMI )?[wW]atchdog: |CPU\d+: )?.*hard LOCKUP(?: on cpu (?<cpu>\d+)| on other CPUs| @ )/,
    title: 'hard lockup',
    end: 'traces',
    blame: 'interrupted',
  },
  'workqueue-lockup': {
    kind: 'workqueue-lockup',
    needle: 'BUG: workqueue lockup',
    begin: /^BUG: workqueue lockup - pool/,
    title: 'workqueue lockup',
    end: 'traces',
    hasTrace: false,
    blame: 'interrupted',
  },
  'rcu-stall': {
    kind: 'rcu-stall',
    needle: 'INFO: rcu',
    begin:
      /^(?:rcu: )?INFO: (?<what>rcu\w*) (?:detected (?:expedited )?stalls|(?:self-)?detected (?:stall|expedited stall))/,
    title: '$what stall',
    end: 'traces',
    inside: /^(?:rcu: )?INFO: (?:rcu|Stall ended)|^rcu: /,
    blame: 'interrupted',
  },
  'rcu-starved': {
    kind: 'rcu-stall',
    needle: ' kthread ',
    begin: /^rcu: (?<what>rcu\w*) kthread (?:starved|timer wakeup)/,
    title: '$what kthread starved',
    end: 'traces',
    hasTrace: false,
    inside: /^rcu: /,
    blame: 'none',
  },
  'hung-task': {
    kind: 'hung-task',
    needle: 'INFO: task ',
    begin: /^INFO: task (?<comm>.+):(?<pid>\d+) (?:blocked (?:in I\/O wait )?|can't die )for more than \d+ seconds/,
    title: 'task hung',
    end: 'traces',
    inside: /^INFO: task .* blocked on an? /,
  },
  'irq-nobody-cared': {
    kind: 'irq',
    needle: 'nobody cared',
    begin: /^irq (?<what>\d+): nobody cared/,
    title: 'irq $what: nobody cared',
    blame: 'none',
  },
  'netdev-busy': {
    kind: 'netdev',
    needle: 'unregister_netdevice: waiting',
    begin: /^unregister_netdevice: waiting for (?<what>\S+) to become free/,
    title: 'network device $what does not become free',
    end: 'line',
  },
})
