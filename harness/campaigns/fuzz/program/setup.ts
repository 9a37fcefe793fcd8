// The beginning of each program: a file in the nested VM, which is mapped and bound to memslots.
import { mapFlags, memslotFlags, protections } from '../../../uapi/constants.ts'
import { GuestPages } from './guest-pages.ts'
import { Plan } from './plan.ts'
import { windowAt } from './windows.ts'
import { hugePagesOf, World, type Shape, type Subject } from './world.ts'

/** Begins a program: the plan with its first operations, and the world after them. */
export function begin(shape: Shape, subject: Subject): { readonly plan: Plan; readonly world: World } {
  const plan = new Plan()
  const { vm } = subject
  const world = new World(shape, subject)
  const { size } = world.layout
  const hugePages = hugePagesOf(shape)
  const flags = world.uapi.flagsFor({
    initially: shape.initially,
    ...(hugePages === undefined ? {} : { hugePages }),
  })
  world.pool?.begin(plan)
  const gmem = plan.add('gmemCreate', { vm, size, flags })
  const protection = protections.read | protections.write
  const mapping = plan.add('mmap', { file: gmem, offset: 0, length: size, protection, flags: mapFlags.shared })
  world.descriptors.push(gmem)
  world.mappings.push({ made: mapping, range: world.all })
  for (const range of world.layout.partsOf(world.all)) {
    const { offset, size: length } = world.layout.bytesOf(range)
    const { index, gpa } = windowAt(world)
    const place = { slot: world.nextSlot, gpa, size: length, gmem, gmemOffset: offset }
    plan.add('memslotSet', { vm, flags: memslotFlags.guestMemfd, mapping, mappingOffset: offset, ...place })
    world.slots.push({ number: world.nextSlot, window: index, gpa, range, mapping, guest: new GuestPages() })
    world.nextSlot += 1
  }
  return { plan, world }
}
