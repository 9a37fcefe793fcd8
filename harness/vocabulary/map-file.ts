// What each dialect wants of the file behind a memory: its flags, and what the host maps.
import type { Agent } from '../agent/client.ts'
import type { Gmem, Mapping } from '../agent/wire/fields.ts'
import { gmemFlags, gmemFlagsInPlace } from '../uapi/constants.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { MemoryOptions } from './scenario-context.ts'
import { hugePageFlags } from '../model/huge-pages.ts'
import { expectDone } from './expect.ts'

/** Whether a kernel of this dialect has one memory for both states of a page. */
export function convertsInPlace(dialect: Dialect): boolean {
  return dialect !== 'vm-attributes'
}

/** The flags that make a file of such pages, of which every page begins in this state. */
export function creationFlags(dialect: Dialect, { initially, hugePages }: MemoryOptions): bigint {
  switch (dialect) {
    case 'convert-ioctl': {
      const initPrivate = initially === 'private' ? gmemFlags.initPrivate : 0n
      return gmemFlags.supportShared | initPrivate | hugePageFlags(hugePages)
    }
    case 'gmem-attributes':
    case 'vm-attributes':
      if (hugePages !== undefined) {
        throw new Error(`the dialect ${dialect} has no files of huge pages: the scenario needs hugetlb`)
      }
      // With vm-attributes the file is the private memory alone: the state is an attribute of the VM, shared at first.
      if (dialect === 'vm-attributes') return 0n
      return gmemFlagsInPlace.mmap | (initially === 'shared' ? gmemFlagsInPlace.initShared : 0n)
    default:
      return dialect satisfies never
  }
}

/** Maps the file; without one, other memory, which is what the host sees where two memories take turns. */
export async function mapFile(agent: Agent, file: Gmem | undefined, length: number): Promise<Mapping> {
  const reply = await agent.host.mmap(file === undefined ? { length } : { file, length })
  return expectDone(reply, 'mapping the memory').mapping
}
