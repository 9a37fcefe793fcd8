// Punches a hole: whole huge pages go, parts of them are zeroed, and a pinned page of a huge page refuses.
import { pageSize } from '../../../base/units.ts'
import { fallocateModes } from '../../../uapi/constants.ts'
import { endOf, pages, type PageRange } from '../../../model/ranges.ts'
import { addTaking } from '../program/take-pages.ts'
import type { World } from '../program/world.ts'
import { describeBytes, fileFields, fileRange, fileRangeOf, type FileArgs } from '../places/file-range.ts'
import { stepKind, type StepKind } from './step-kind.ts'

const mode = fallocateModes.keepSize | fallocateModes.punchHole

/** Returns the pages of the file that the hole has; a hole may extend beyond the end. */
function holeOf(args: FileArgs, world: World): PageRange | undefined {
  const range = fileRangeOf(args, world)
  if (range === 'EINVAL') return undefined
  if (range !== 'beyond') return range
  const first = world.layout.indexAt(args.offset / pageSize)
  return pages(first, world.shape.pages - first)
}

/** Frees the pages; at 4K, references keep pages that are no longer those of the file. */
function punch(hole: PageRange, world: World): void {
  world.model.free(hole)
  world.visit(hole)
  for (const pin of world.pins) pin.held = pin.held.filter((index) => index < hole.first || index >= endOf(hole))
}

export const punchStep: StepKind = stepKind<FileArgs>({
  name: 'punch',
  weight: 3,
  fields: fileFields,
  arbitrary: fileRange,
  check: (args, world) => {
    if (args.descriptor >= world.descriptors.length) return false
    const hole = holeOf(args, world)
    if (hole === undefined || world.hugePages === undefined) return true
    // A hole that meets a pinned page behind other huge pages has freed those before: the rules do not say which.
    return world.heldIn(hole).length === 0 || world.model.units(hole).length === 1
  },
  act: (args, world, plan) => {
    const file = world.descriptors[args.descriptor]
    if (file === undefined) return
    const hole = holeOf(args, world)
    const isRefused = hole !== undefined && world.hugePages !== undefined && world.heldIn(hole).length > 0
    const request = { file, mode, offset: args.offset, length: args.size }
    if (hole === undefined || isRefused) {
      plan.add('fallocate', request, { errno: [hole === undefined ? 'EINVAL' : 'EAGAIN'] })
      return
    }
    punch(hole, world)
    addTaking('fallocate', request, { taken: [hole], expected: {} }, { world, plan })
  },
  describe: (args) => `punch a hole at ${describeBytes(args)}`,
})
