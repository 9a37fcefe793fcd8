// Allocates pages of the file, rounded out to huge pages; behind the end, fallocate refuses.
import { fallocateModes } from '../../../uapi/constants.ts'
import { describeBytes, fileFields, fileRange, fileRangeOf, type FileArgs } from '../places/file-range.ts'
import { stepKind, type StepKind } from './step-kind.ts'

export const allocateStep: StepKind = stepKind<FileArgs>({
  name: 'allocate',
  weight: 1,
  fields: fileFields,
  arbitrary: fileRange,
  // The memory between both halves may be too much for the instance.
  check: (args, world) => {
    const isRefused = typeof fileRangeOf(args, world) === 'string'
    return args.descriptor < world.descriptors.length && (isRefused || !world.layout.hasGap(args))
  },
  act: (args, world, plan) => {
    const file = world.descriptors[args.descriptor]
    if (file === undefined) return
    const range = fileRangeOf(args, world)
    const isRefused = range === 'EINVAL' || range === 'beyond'
    if (!isRefused) {
      world.model.allocate(range)
      world.visit(range)
    }
    const request = { file, mode: fallocateModes.keepSize, offset: args.offset, length: args.size }
    plan.add('fallocate', request, { errno: [isRefused ? 'EINVAL' : 'OK'] })
  },
  describe: (args) => `allocate ${describeBytes(args)}`,
})
