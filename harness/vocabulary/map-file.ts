// Maps the file behind a memory, or the memory that the host has beside it.
import type { Agent } from '../agent/client.ts'
import type { Gmem, Mapping } from '../agent/wire/fields.ts'
import { expectDone } from './expect.ts'

/** Maps the file; without one, maps anonymous memory: the shared memory where the two states have a memory each. */
export async function mapFile(agent: Agent, file: Gmem | undefined, length: number): Promise<Mapping> {
  const reply = await agent.host.mmap(file === undefined ? { length } : { file, length })
  return expectDone(reply, 'mapping the memory').mapping
}
