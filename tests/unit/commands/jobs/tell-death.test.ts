// The end of an instance that was to stay up: one line, with the dump where one is wanted.
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { InfraError } from '../../../../harness/base/errors.ts'
import { tellDeath } from '../../../../harness/commands/jobs/tell-death.ts'
import type { Dump } from '../../../../harness/instance/instance.ts'
import type { VmDeath } from '../../../../harness/vm/vm.ts'

const panic: VmDeath = { kind: 'panic', title: 'sysrq triggered crash\u2028' }
const killed: VmDeath = { kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' }
const works: Dump = async (name) => `drgn -c vmcore-${name}`
const isFull: Dump = async () => {
  throw new InfraError('NO_SPACE', 'a dump may need 1056 MiB')
}
const interrupted = AbortSignal.abort(new Error('Ctrl-C'))
const isInterrupted: Dump = async () => interrupted.throwIfAborted() ?? ''

for (const [what, death, dump, said, signal] of [
  ['a panic', panic, undefined, String.raw`the kernel panicked: sysrq triggered crash\\u\{2028\}`],
  ['a panic, and dumps are wanted', panic, works, 'the kernel panicked: .*; its memory: drgn -c vmcore-keep'],
  [
    'no space for the dump',
    panic,
    isFull,
    'the kernel panicked: .*; its memory: there is no dump: a dump may need 1056 MiB',
  ],
  ['Ctrl-C while the memory is dumped', panic, isInterrupted, 'the kernel panicked: sysrq[^;]*', interrupted],
  ['QEMU is gone, and its memory too', killed, works, 'QEMU ended by SIGKILL'],
] as const) {
  void test(what, async (t) => {
    const stderr = new PassThrough({ encoding: 'utf8' })
    const instance = dump === undefined ? {} : { dump }
    await tellDeath(death, instance, { signal: signal ?? new AbortController().signal, stderr })
    const text: unknown = stderr.read()
    t.match(text, new RegExp(`^gmemtest: the instance is closed: ${said}\n$`))
  })
}
