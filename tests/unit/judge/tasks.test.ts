// What the agent's tasks do, read from /proc of the instance.
import { test } from 'tap'
import { agentTasks, allTasks, tasksCommand, type Activity } from '../../../harness/judge/tasks.ts'
import { procOf, type FakeTask } from '../fixtures/run/proc.ts'

const cases: readonly (readonly [what: string, task: Omit<FakeTask, 'pid'>, activity: Activity, summary: RegExp])[] = [
  ['a read of requests', {}, 'idle', /process 80: it waits for a request/],
  ['a read of another file', { syscall: '0 0x3 0x7f' }, 'in the kernel', /sleeps \(S\), system call 0/],
  ['a read of a pipe', { syscall: '0 0x3 0x7f', descriptors: { 3: 'pipe:[17]' } }, 'waiting', /waits for another task/],
  ['a wait for a child', { syscall: '61 0x51' }, 'waiting', /waits for another task/],
  [
    'a sleep in an ioctl',
    { syscall: '16 0x5 0xae80', stack: ['kvm_gmem_convert+0x12/0x34', 'do_syscall_64+0x1/0x2'] },
    'in the kernel',
    /sleeps \(S\) in kvm_gmem_convert, system call 16/,
  ],
  [
    'a sleep that no signal ends, for any reason',
    { state: 'D', syscall: '202 0x7f', stack: ['folio_wait_bit+0x1/0x2'] },
    'in the kernel',
    /sleeps \(D\) in folio_wait_bit/,
  ],
  ['a page fault', { syscall: '-1 0x7f 0x7f' }, 'in the kernel', /it sleeps \(S\)$/],
  [
    'a loop in the kernel',
    { state: 'R', syscall: 'running', uses: { system: 29 } },
    'in the kernel',
    /290 ms of 300 ms/,
  ],
  [
    'a loop that was interrupted at the moment of the look',
    { state: 'S', syscall: '24', uses: { system: 20, user: 4 } },
    'in the kernel',
    /runs in the kernel/,
  ],
  ['a loop of its own', { state: 'R', syscall: 'running', uses: { user: 29 } }, 'in user space', /290 ms/],
  [
    'a guest that does not exit',
    { state: 'R', syscall: 'running', uses: { guest: 28, system: 1 } },
    'in the kernel',
    /runs in the kernel, in a nested VM/,
  ],
  ['no CPU', { state: 'R', syscall: 'running' }, 'runnable', /gets no CPU/],
  ['SIGSTOP', { state: 'T', syscall: '0 0x0' }, 'stopped', /stopped \(T\)/],
  [
    'the freezer of control groups',
    { syscall: '1 0x4', stack: ['get_signal+0x1/0x2', 'arch_do_signal_or_restart+0x3/0x4'] },
    'stopped',
    /frozen/,
  ],
  ['the end', { state: 'Z', syscall: '' }, 'ended', /has ended/],
]

for (const [what, task, activity, summary] of cases) {
  void test(`${what}: ${activity}`, (t) => {
    const [found] = agentTasks(procOf({ pid: 80, ...task }), 80)
    t.equal(found?.activity, activity)
    t.match(found?.summary, summary)
    t.end()
  })
}

void test('all tasks of a program', (t) => {
  const output = procOf({ pid: 80 }, { pid: 80, tid: 81 }, { pid: 70, parent: 3 })
  t.match(allTasks(output), [
    { pid: 80, tid: 80 },
    { pid: 80, tid: 81 },
    { pid: 70, parent: 3 },
  ])
  t.end()
})

for (const [program, pattern] of [
  ['agent', "'(agent)'"],
  ['private_mem_conversions_test', "'(private_mem_con)'"],
  ['a.b+c-d', "'(a.b+c-d)'"],
  ["it's $(id) `id`", "'(it?s???id???id?)'"],
] as const) {
  void test(`the command for the tasks of ${program}`, (t) => {
    t.ok(tasksCommand(program).includes(`grep -lsF ${pattern} [0-9]*/stat`), tasksCommand(program))
    t.end()
  })
}

void test('the agent with its threads and descendants, and no others', (t) => {
  const output = procOf(
    { pid: 80 },
    { pid: 80, tid: 81, state: 'D', stack: ['down_read+0x1/0x2'] },
    { pid: 90, parent: 80 },
    { pid: 95, parent: 90 },
    { pid: 70 },
  )
  const tasks = agentTasks(output, 80)
  t.strictSame(
    tasks.map(({ pid, tid }) => [pid, tid]),
    [
      [80, 80],
      [80, 81],
      [90, 90],
      [95, 95],
    ],
  )
  t.match(tasks[1], { summary: /thread 81 of process 80/, stack: ['down_read+0x1/0x2'] })
  t.end()
})

void test('a process that is gone has no tasks, and neither has noise', (t) => {
  t.strictSame(agentTasks(procOf({ pid: 70 }), 80), [])
  t.strictSame(agentTasks('', 80), [])
  t.strictSame(agentTasks('80/task/80/stat:80 (agent) S\nagain\n', 80), [])
  t.end()
})

void test('a task that has gone between two looks has used no time', (t) => {
  const [first = ''] = procOf({ pid: 80, state: 'R' }).split('again')
  t.match(agentTasks(`${first}again\n`, 80), [{ activity: 'runnable' }])
  t.end()
})

void test('a task that runs has no stack that could be read', (t) => {
  const [task] = agentTasks(procOf({ pid: 80, state: 'R', stack: ['stale+0x1/0x2'], uses: { system: 30 } }), 80)
  t.strictSame(task?.stack, [])
  t.end()
})
