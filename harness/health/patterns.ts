// The table of kernel complaints: one row each. A complaint that no row names is still found by the general rows at the end.

/** What kind of complaint a line begins. */
export type FindingKind =
  | 'panic'
  | 'reboot'
  | 'oops'
  | 'bug'
  | 'kasan'
  | 'kfence'
  | 'ubsan'
  | 'lockdep'
  | 'rcu-stall'
  | 'lockup'
  | 'hung-task'
  | 'bad-page'
  | 'atomic-sleep'
  | 'list-corruption'
  | 'refcount'
  | 'oom'
  | 'leak'
  | 'warning'

export interface Pattern {
  readonly kind: FindingKind
  /** Matched against a line without its printk prefix. */
  readonly expression: RegExp
}

/** First match wins: the specific rows come before the general ones. */
export const patterns: readonly Pattern[] = [
  { kind: 'panic', expression: /^Kernel panic - not syncing/ },
  { kind: 'kasan', expression: /^BUG: KASAN:/ },
  { kind: 'kfence', expression: /^BUG: KFENCE:/ },
  { kind: 'ubsan', expression: /^UBSAN:/ },
  { kind: 'atomic-sleep', expression: /^BUG: sleeping function called from invalid context/ },
  { kind: 'atomic-sleep', expression: /^BUG: scheduling while atomic/ },
  { kind: 'lockup', expression: /^watchdog: BUG: (?:soft|hard) lockup/ },
  { kind: 'lockup', expression: /^BUG: soft lockup/ },
  { kind: 'bad-page', expression: /^BUG: Bad (?:page|rss-counter|pagetable)/ },
  {
    kind: 'lockdep',
    expression:
      /^WARNING: (?:possible|inconsistent|bad unlock|suspicious RCU|held lock|lock held|Nested lock)/,
  },
  { kind: 'lockdep', expression: /^(?:INFO: possible|possible) (?:circular|recursive) locking/ },
  { kind: 'lockdep', expression: /^(?:INFO: trying to register non-static key|DEBUG_LOCKS_WARN_ON)/ },
  { kind: 'rcu-stall', expression: /^(?:rcu: )?INFO: rcu\w* (?:self-)?detected/ },
  { kind: 'rcu-stall', expression: /^rcu: .*\bdetected (?:stalls|expedited stalls)/ },
  { kind: 'hung-task', expression: /^INFO: task .* blocked for more than \d+ seconds/ },
  { kind: 'list-corruption', expression: /^list_(?:add|del) corruption/ },
  { kind: 'refcount', expression: /^refcount_t: / },
  {
    kind: 'oops',
    expression:
      /^(?:Oops|general protection fault|invalid opcode|divide error|double fault|stack segment|traps: PANIC)/,
  },
  { kind: 'oops', expression: /^BUG: (?:unable to handle|kernel NULL pointer|stack guard page)/ },
  { kind: 'oops', expression: /^(?:kernel stack overflow|PANIC: double fault|Unable to handle kernel)/ },
  { kind: 'oom', expression: /^(?:Out of memory|oom-kill:|Memory cgroup out of memory)/ },
  { kind: 'oom', expression: /^[\w:/. -]+ invoked oom-killer/ },
  { kind: 'leak', expression: /^kmemleak: \d+ new suspected memory leaks/ },
  // A detector that gives up finds nothing from then on: its silence must not look clean.
  { kind: 'leak', expression: /^kmemleak: Kernel memory leak detector disabled/ },
  { kind: 'lockdep', expression: /^INFO: lockdep is turned off/ },
  { kind: 'reboot', expression: /^Linux version \d+\.\d+/ },
  { kind: 'bug', expression: /^kernel BUG at / },
  { kind: 'bug', expression: /^(?:\w+: )?BUG[: ]/ },
  { kind: 'warning', expression: /^WARNING: / },
  { kind: 'warning', expression: /^-+\[ cut here \]-+/ },
]
