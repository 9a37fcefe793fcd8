// Creates a guest_memfd in a nested VM, for the dialect of the kernel.
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import { pages as bytesOf } from '../base/units.ts'
import type { Memory, MemoryOptions } from './scenario-context.ts'
import { mapFile } from './host-view.ts'
import { NestedVm } from './nested-vm.ts'
import { pagesPerHugePage } from '../model/ranges.ts'
import { BoundMemory, type Stage } from './memory.ts'
import { Model } from '../model/reference-model.ts'
import { expectDone } from './check.ts'

/** Creates the file, its mapping and its nested VM with a memslot; the first access creates the vCPU. */
export async function createMemory(stage: Stage, dialect: Dialect, options: MemoryOptions): Promise<Memory> {
  const { agent, files } = stage
  const { hugePages } = options
  const { inPlace, creationFlags, hugePagesExtension } = dialectSpecs[dialect]
  if (hugePages !== undefined && hugePagesExtension === undefined) {
    throw new Error(`the dialect ${dialect} has no files of huge pages: the scenario needs hugetlb`)
  }
  const size = bytesOf(options.pages)
  const flags = creationFlags(options)
  const model = new Model({
    pages: options.pages,
    initially: inPlace ? options.initially : 'shared',
    inPlace,
    pagesPerUnit: options.hugePages === undefined ? 1 : pagesPerHugePage(options.hugePages),
  })
  const nestedVm = options.beside?.handles.nestedVm ?? (await NestedVm.create(agent))
  const { vm } = nestedVm
  const { slot, gpa } = nestedVm.takeSlot({ size, alignment: bytesOf(model.pagesPerUnit) })
  if (hugePages !== undefined) await files.prepare(agent, hugePages)
  const created = await agent.gmem.create({ vm, size, flags })
  const { gmem } = expectDone(created, 'creating a guest_memfd')
  const mapping = options.mapped === false ? undefined : await mapFile(agent, inPlace ? gmem : undefined, size)
  if (hugePages !== undefined) files.add(hugePages, model)
  const memslot = { vm, slot, gpa, size, gmem, ...(mapping === undefined ? {} : { mapping }) }
  if (options.slot !== false) {
    expectDone(await agent.vm.setMemslot(memslot), 'binding the file to a memslot')
  }
  const memory = new BoundMemory(stage, dialect, { nestedVm, gmem, mapping, gpa, model, memslot }, options)
  if (!inPlace && options.initially === 'private') await memory.convert('private', memory.all)
  return memory
}
