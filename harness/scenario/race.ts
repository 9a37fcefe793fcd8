// Threads of hosts, guests and converters that work on one file at the same time, named by what they do to its pages.
import type { Actor, ActorReport } from '../agent/actors.ts'
import type { Agent } from '../agent/client.ts'
import type { Mapping, Vcpu, Vm } from '../agent/fields.ts'
import type { Dialect } from '../project/definition.ts'
import type { MemoryHandles, Racer } from './context.ts'
import { expectDone } from './outcome.ts'
import { offsetOf, sizeOf } from './pages.ts'

/** A file that threads can race for. */
export interface Arena {
  readonly agent: Agent
  readonly dialect: Dialect
  readonly handles: MemoryHandles
}

/** Lets the racers go at the same moment, and stops them after so many milliseconds. One report for each, in their order. */
export async function race(
  arena: Arena,
  milliseconds: number,
  racers: readonly Racer[],
): Promise<readonly ActorReport[]> {
  const actors: Actor[] = []
  // vCPU 0 belongs to the guest's view of the scenario; each racer that needs a vCPU gets one of its own.
  for (const [index, racer] of racers.entries()) actors.push(await actorOf(arena, racer, index + 1))
  return arena.agent.race.run({ actors, duration: milliseconds })
}

async function actorOf(arena: Arena, racer: Racer, vcpuId: number): Promise<Actor> {
  const { agent, dialect, handles } = arena
  const { vm, gmem } = handles
  const offset = offsetOf(racer.range)
  const size = sizeOf(racer.range)
  const gpa = handles.gpa + offset
  switch (racer.does) {
    case 'convert': {
      const byAddress = dialect === 'vm-attributes'
      return {
        kind: 'convert',
        target: byAddress ? vm : gmem,
        dialect,
        to: racer.to,
        offset: byAddress ? gpa : offset,
        size,
        ...(racer.watched === true ? { vcpu: await createVcpu(agent, vm, vcpuId), gpa } : {}),
      }
    }
    case 'host-count':
      return { kind: 'host-count', mapping: mappingOf(handles), offset, size }
    case 'guest-count':
      return { kind: 'guest-count', vcpu: await createVcpu(agent, vm, vcpuId), gpa, size }
    default:
      return racer satisfies never
  }
}

async function createVcpu(agent: Agent, vm: Vm, id: number): Promise<Vcpu> {
  return expectDone(await agent.vm.createVcpu(vm, id), 'creating a vCPU').vcpu
}

function mappingOf(handles: MemoryHandles): Mapping {
  if (handles.mapping === undefined) throw new Error('this memory was made with mapped: false')
  return handles.mapping
}
