// A booted virtual machine with an agent in it, as the runner sees it; who makes one stays outside of this room.
import type { Agent } from '../agent/client.ts'
import type { ConsoleLog } from '../vm/console.ts'
import type { VmDeath } from '../vm/vm.ts'

/** Disposing of it ends the agent, the connection and the virtual machine. */
export interface Machine extends AsyncDisposable {
  readonly agent: Agent
  readonly console: ConsoleLog
  /** Resolves when the virtual machine is gone, for whatever reason. Never rejects. */
  readonly died: Promise<VmDeath>
  readonly accelerator: { readonly name: string; readonly reason: string; readonly timeFactor: number }
  readonly bootMilliseconds: number
}
