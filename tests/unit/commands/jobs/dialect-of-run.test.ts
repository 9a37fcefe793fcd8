// The dialect of a run whose definition leaves it open, and the kernels on which none is found.
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { BootError, InfraError } from '../../../../harness/base/errors.ts'
import { dialectOfRun } from '../../../../harness/commands/jobs/dialect-of-run.ts'
import type { InstanceFacts } from '../../../../harness/instance/instance-facts.ts'
import { plainProfile } from '../../../../harness/vm/profile.ts'

type Dialect = InstanceFacts['probe']['dialects'][number]

const trouble = (): InfraError => new InfraError('QEMU_EXITED', 'qemu ended', { transient: true })

function factsOf(...dialects: Dialect[]): InstanceFacts {
  const tried = Object.fromEntries(dialects.map((name) => [name, `the calls of ${name}`]))
  return { probe: { dialects, tried, hugePages: [], triedHugePages: {}, capabilities: [], lacks: [] }, files: {} }
}

/** Looks for the dialect with instances that end so, one after the other. */
async function look(
  ends: readonly (InstanceFacts | Error)[],
  {
    choice = 'auto',
    isNeeded = true,
    retries,
  }: {
    readonly choice?: Dialect | 'auto'
    readonly isNeeded?: boolean
    readonly retries?: number
  } = {},
) {
  const stderr = new PassThrough({ encoding: 'utf8' })
  const { signal } = new AbortController()
  let looks = 0
  const instances = {
    factsOf: async () => {
      const end = ends[looks]
      looks += 1
      if (end === undefined || end instanceof Error) throw end ?? new Error('one look too many')
      return end
    },
    next: () => Promise.reject(new Error('the instances themselves')),
  }
  const needs = { isNeeded, ...(retries === undefined ? {} : { retries }) }
  const { dialect, instances: source } = await dialectOfRun(choice, needs, instances, { stderr, signal })
  const error: unknown = await source.next(plainProfile, { signal, worker: 0 }).catch((reason: unknown) => reason)
  return { dialect, error, looks, said: String(stderr.read() ?? '') }
}

void test('a dialect that is known, or that no test needs, is not looked for', async (t) => {
  for (const [options, dialect] of [
    [{ choice: 'gmem-attributes' }, 'gmem-attributes'],
    [{ isNeeded: false }, 'vm-attributes'],
  ] as const) {
    const found = await look([], options)
    t.match(found, { dialect, looks: 0, said: '', error: { message: 'the instances themselves' } })
  }
})

void test('the only dialect that the first instance speaks is taken, and told', async (t) => {
  const found = await look([factsOf('gmem-attributes')])
  t.match(found, { dialect: 'gmem-attributes', error: { message: 'the instances themselves' } })
  t.equal(found.said, 'gmemtest: the kernel speaks gmem-attributes: the calls of gmem-attributes\n')
})

void test('without a dialect each instance fails with the reason, so that the first test gets it', async (t) => {
  const panic = new BootError('PANIC', 'the kernel panicked')
  for (const [end, error] of [
    [factsOf(), { code: 'DIALECT_NONE' }],
    [factsOf('convert-ioctl', 'vm-attributes'), { code: 'DIALECT_AMBIGUOUS' }],
    [panic, panic],
  ] as const) {
    const found = await look([end])
    t.match(found, { error, looks: 1, said: '' })
  }
})

void test('transient trouble of this computer is tried again, as often as the user allows', async (t) => {
  const again = 'gmemtest: looking for the dialect of the kernel again: qemu ended\n'
  const found = await look([trouble(), factsOf('convert-ioctl')])
  t.match(found, { dialect: 'convert-ioctl', looks: 2 })
  t.ok(found.said.startsWith(again), found.said)
  t.match(await look([trouble(), trouble()]), { error: { code: 'QEMU_EXITED' }, looks: 2, said: again })
  t.match(await look([trouble()], { retries: 0 }), { error: { code: 'QEMU_EXITED' }, looks: 1, said: '' })
})
