// The end of each program: every view of the file must show what the model has, and huge pages their layout.
import { memslotFlags } from '../../../uapi/constants.ts'
import { pages as bytesOf } from '../../../base/units.ts'
import { GuestPages } from './guest-pages.ts'
import { lookThrough } from '../places/mapped-place.ts'
import type { Plan } from './plan.ts'
import { endChild } from './end-of-child.ts'
import { gpaOfWindow, windows } from './windows.ts'
import { firstWord } from './statistics.ts'
import type { World } from './world.ts'

/** The guest reads one word. */
const wordSize = 8

/** Adds the operations of the end: the last ones close everything but the nested VM. */
export function addCheckpoint(world: World, plan: Plan): void {
  plan.label({ step: 'end', where: 'the state at the end' })
  const { mappings, slots, model, vcpu, descriptors, layout } = world
  const { timeout } = world.subject
  for (const mapped of mappings) {
    const { made: mapping, range, child } = mapped
    for (const part of layout.partsOf(range)) {
      const runs = { first: part.first, wanted: lookThrough(mapped, part, world) }
      const offset = layout.offsetOf(part.first) - layout.offsetOf(range.first)
      plan.add('hostScan', { mapping, offset, size: bytesOf(part.count) }, { runs }, { child })
    }
  }
  for (const { gpa, range } of slots) {
    model.allocate(range)
    const expected = {
      fields: { outcome: 'done' },
      runs: { first: range.first, wanted: model.guestView(range) },
    } as const
    plan.add('guestScan', { vcpu, gpa, size: bytesOf(range.count), timeout }, expected)
  }
  const [file] = descriptors
  if (file !== undefined) plan.add('fstat', { file }, { fields: { blocks: world.blocks } })
  if (world.hugePages !== undefined) addLayout(world, plan)
  world.pool?.expect(plan, world.share)
  closeFile(world, plan)
  deleteSlots(world, plan)
}

/** Closes the file before its slots: the guest has lost its memory then. */
function closeFile({ children, pins, mappings, descriptors, pool, slots, vcpu, subject }: World, plan: Plan): void {
  for (const child of children) endChild(child, plan)
  for (const { made: handle, child } of pins) if (child === undefined) plan.add('close', { handle })
  for (const { made: mapping, child } of mappings) {
    if (child === undefined) plan.add('munmap', { mapping, offset: 0, length: 0 })
  }
  for (const handle of descriptors) plan.add('close', { handle })
  pool?.end(plan)
  for (const { gpa } of slots) {
    plan.add('guestRead', { vcpu, gpa, size: wordSize, timeout: subject.timeout }, { errno: ['EFAULT'] })
  }
}

function deleteSlots({ slots, vm }: World, plan: Plan): void {
  for (const { number } of slots.splice(0)) {
    plan.add('memslotSet', { vm, slot: number, flags: 0, gpa: 0, size: 0, mappingOffset: 0, gmemOffset: 0 })
  }
}

const statistics = { '2M': 'pages_2m', '1G': 'pages_1g' } as const

/**
 * The guest touches the whole file through a new slot, which is aligned: it maps each whole huge page as one page, and no
 * split one.
 */
function addLayout(world: World, plan: Plan): void {
  const { model, vm, vcpu, hugePages, slots, all } = world
  const [gmem] = world.descriptors
  if (hugePages === undefined || gmem === undefined) return
  deleteSlots(world, plan)
  const gpa = gpaOfWindow(windows)
  const size = bytesOf(all.count)
  const place = { slot: world.nextSlot, gpa, size, gmem, gmemOffset: 0 }
  plan.add('memslotSet', { vm, flags: memslotFlags.guestMemfd, mappingOffset: 0, ...place })
  slots.push({ number: world.nextSlot, window: windows, gpa, range: all, guest: new GuestPages() })
  model.allocate(all)
  const runs = { first: 0, wanted: model.guestView() }
  plan.add('guestScan', { vcpu, gpa, size, timeout: world.subject.timeout }, { fields: { outcome: 'done' }, runs })
  const whole = model.units().filter(({ layout }) => layout === 'whole').length
  const name = statistics[hugePages]
  plan.add(
    'kvmStats',
    { handle: vm },
    { tail: { field: name, wanted: whole, read: firstWord } },
    { tail: Buffer.from(name) },
  )
}
