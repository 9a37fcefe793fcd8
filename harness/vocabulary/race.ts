// Runs threads of hosts, guests and converters on one file at the same time.
import type { Actor, ActorReport } from '../agent/actors.ts'
import type { Agent } from '../agent/client.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { MemoryHandles } from './scenario-context.ts'
import { offsetOf, sizeOf } from '../model/ranges.ts'
import type { Racer } from './racer.ts'
import { mappingOf } from './host-view.ts'

/** A file for a race. */
export interface Arena {
  readonly agent: Agent
  readonly dialect: Dialect
  readonly handles: MemoryHandles
}

/** Starts the racers at the same moment and stops them after so many milliseconds. Returns their reports in order. */
export async function race(
  arena: Arena,
  milliseconds: number,
  racers: readonly Racer[],
): Promise<readonly ActorReport[]> {
  const actors: Actor[] = []
  // vCPU 0 belongs to the guest view of the scenario; each racer that needs a vCPU gets one of its own.
  for (const [index, racer] of racers.entries()) actors.push(await actorOf(arena, racer, index + 1))
  return arena.agent.race.run({ actors, duration: milliseconds })
}

/** The first word of a page that is full of the byte. */
function checkOf(byte: number | undefined): { readonly value?: bigint } {
  return byte === undefined ? {} : { value: BigInt(byte) * 0x0101_0101_0101_0101n }
}

async function actorOf(arena: Arena, racer: Racer, vcpuId: number): Promise<Actor> {
  const { dialect, handles } = arena
  const common = racer.times === undefined ? {} : { rounds: racer.times }
  if (racer.does === 'read-file') return { ...common, kind: 'read-file', path: racer.path }
  if (racer.does === 'write-file') return { ...common, kind: 'write-file', path: racer.path, text: racer.text }
  if (racer.does === 'signal') return { ...common, kind: 'signal', value: racer.pause }
  const { gmem, nestedVm } = handles
  const place = { offset: offsetOf(racer.range), size: sizeOf(racer.range) }
  const gpa = handles.gpa + place.offset
  switch (racer.does) {
    case 'convert': {
      const { target, base } = dialectSpecs[dialect].conversion(handles)
      return {
        ...common,
        ...place,
        kind: 'convert',
        target,
        dialect,
        to: racer.to,
        offset: base + place.offset,
        ...(racer.watched === true ? { vcpu: await nestedVm.vcpu(vcpuId), gpa } : {}),
      }
    }
    case 'host-read':
      return { ...common, ...place, ...checkOf(racer.byte), kind: 'host-read', mapping: mappingOf(handles) }
    case 'host-count':
    case 'pin':
    case 'fork':
      return { ...common, ...place, kind: racer.does, mapping: mappingOf(handles) }
    case 'guest-read': {
      const vcpu = await nestedVm.vcpu(vcpuId)
      return { ...common, ...checkOf(racer.byte), kind: 'guest-read', vcpu, gpa, size: place.size }
    }
    case 'guest-count':
      return { ...common, kind: 'guest-count', vcpu: await nestedVm.vcpu(vcpuId), gpa, size: place.size }
    case 'reallocate':
    case 'punch':
    case 'allocate':
    case 'map':
      return { ...common, ...place, kind: racer.does, target: gmem }
    case 'bind': {
      const { slot } = nestedVm.takeSlot({ size: 0, alignment: 1 })
      const { vm } = nestedVm
      return { ...common, ...place, kind: 'bind', vm, target: gmem, mapping: mappingOf(handles), slot, gpa }
    }
    default:
      return racer satisfies never
  }
}
