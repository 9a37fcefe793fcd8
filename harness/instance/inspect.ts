// The ways to look into an instance when a test in it does not end.
import path from 'node:path'
import { withDeadline } from '../base/deadline.ts'
import { GuestError } from '../base/errors.ts'
import { vmcoreName } from '../base/result-names.ts'
import { shellLine } from '../process/child.ts'
import type { GuestImage } from '../image/image.ts'
import { connect } from '../ssh/connect.ts'
import type { SshSession } from '../ssh/session.ts'
import type { Ask, Dump, Instance } from './instance.ts'
import { dumpMemory } from '../vm/dump-memory.ts'
import { openGdbStub } from '../vm/gdb-stub.ts'
import { livenessOf } from '../vm/liveness.ts'
import type { SshEndpoint, Vm } from '../vm/vm.ts'
import type { InstanceOptions } from './instance-options.ts'

const stubMilliseconds = 5000

/** Makes the members of an instance by which the runner diagnoses a hang. */
export function inspectionOf(
  vm: Vm,
  session: SshSession,
  { vmlinux, image, accelerator, memory, dumpsTo }: InstanceOptions,
): Pick<Instance, 'liveness' | 'ask' | 'openGdbStub' | 'dump'> {
  const { patience } = accelerator
  return {
    liveness: livenessOf({ ...vm, vmlinux, patience }),
    ask: askOver(session, vm.ssh, image),
    openGdbStub: (signal) => openGdbStub(vm.qmp, { signal, timeout: patience.for(stubMilliseconds) }),
    ...(dumpsTo === undefined ? {} : { dump: dumper(vm, dumpsTo, { memory, vmlinux }) }),
  }
}

function dumper(
  { qmp }: Vm,
  directory: string,
  { memory, vmlinux }: Pick<InstanceOptions, 'memory' | 'vmlinux'>,
): Dump {
  return async (scenario, signal) => {
    const file = path.join(directory, vmcoreName(scenario))
    await dumpMemory(qmp, file, { memory, signal })
    return shellLine('drgn', ['-c', file, '-s', path.join(path.dirname(vmlinux), 'vmlinux.debug')])
  }
}

/** Makes the function that runs commands: over the session of an instance, or over a new one if that may be broken. */
export function askOver(
  session: SshSession,
  endpoint: SshEndpoint,
  { userKey, hostKey }: Pick<GuestImage, 'userKey' | 'hostKey'>,
): Ask {
  return async (which, command, { signal: outer, milliseconds }) => {
    const limit = { stage: 'the answer of the instance over ssh', milliseconds, signal: outer }
    return await withDeadline(limit, async (signal) => {
      const within = { signal, timeout: milliseconds }
      if (which === 'own') return await outputOf(session, command, within)
      await using fresh = await connect(endpoint, { userKey, hostKey, ...within })
      return await outputOf(fresh, command, within)
    })
  }
}

async function outputOf(
  session: SshSession,
  command: string,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<string> {
  const { exitCode, stdout, stderr } = await session.exec(command, options)
  if (exitCode === 0) return stdout
  throw new GuestError('COMMAND_FAILED', `a diagnostic command failed in the instance: ${stderr.trim()}`)
}
