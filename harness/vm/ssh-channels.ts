// The channels to the ssh servers of an instance, and their ends.
import type { Duplex } from 'node:stream'
import { InfraError } from '../base/errors.ts'
import { sshDevice } from './arguments.ts'
import type { QmpEvent } from './qmp.ts'
import type { SshEndpoint, VmDeath } from './vm.ts'

// The last output of a server may still be in its channel when QEMU reports that the server is gone.
const goodbyeMilliseconds = 100

/** Hands out channels one by one, except those that had their session before the instance was saved. */
export function sshEndpoint(channels: readonly Duplex[], used: number): SshEndpoint {
  const free = channels.slice(used)
  return {
    take() {
      const channel = free.shift()
      if (channel !== undefined) return channel
      throw new InfraError('SSH_CHANNELS_USED', `all ${channels.length} ssh sessions of the instance have been used`)
    },
  }
}

/** Ends the channel of an ssh server that is gone, so that no code waits for its answer. */
export function endWithServer({ name, data }: QmpEvent, channels: readonly Duplex[]): void {
  if (name !== 'VSERPORT_CHANGE' || data['open'] !== false) return
  const channel = channels.find((_, index) => sshDevice(index) === data['id'])
  if (channel !== undefined) setTimeout(() => channel.destroy(), goodbyeMilliseconds).unref()
}

/** Ends all channels when the instance dies: QEMU may outlive it. */
export async function endWithInstance(died: Promise<VmDeath>, channels: readonly Duplex[]): Promise<void> {
  await died
  for (const channel of channels) channel.destroy()
}
