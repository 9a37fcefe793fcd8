// A second descriptor of the same file, with a mapping made through it.
import type { Agent } from '../agent/client.ts'
import { converterOf } from '../agent/converter.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { Descriptor, Memory } from './scenario-context.ts'
import { hostViewOf } from './host-view.ts'
import { expectDone } from './check.ts'
import { describeRange, offsetOf, sizeOf } from '../model/ranges.ts'

/** Duplicates the descriptor of a file. Conversions through it update the model of the file. */
export async function duplicateDescriptor(agent: Agent, dialect: Dialect, memory: Memory): Promise<Descriptor> {
  const { vm, gpa } = memory.handles
  const { gmem } = expectDone(await agent.gmem.dup(memory.handles.gmem), 'duplicating the descriptor')
  const length = sizeOf(memory.all)
  const { mapping } = expectDone(await agent.host.mmap({ file: gmem, length }), 'mapping the duplicate')
  const converter = converterOf(agent, { dialect, vm, gmem, gpa })
  return {
    host: hostViewOf(agent, mapping, memory.model),
    async convert(to, range) {
      memory.model.requireChange(to, [range])
      const reply = await converter.convert(to, offsetOf(range), sizeOf(range))
      expectDone(reply, `converting ${describeRange(range)} to ${to} through the duplicate`)
      memory.model.convert(to, range)
    },
    async close() {
      expectDone(await agent.close(gmem), 'closing the duplicate')
    },
  }
}
