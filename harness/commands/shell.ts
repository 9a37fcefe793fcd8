// gmemtest shell: boots a kernel and opens a shell in the instance, or runs one command there.
import { buffer } from 'node:stream/consumers'
import { Command } from 'commander'
import { bootWords } from '../kernel/definition/boot-words.ts'
import { defaultKernel } from '../kernel/definition/load-definition.ts'
import { GuestError } from '../base/errors.ts'
import { sleep } from '../base/deadline.ts'
import { bytes } from '../base/units.ts'
import { connect } from '../ssh/connect.ts'
import type { SshSession } from '../ssh/session.ts'
import { chooseAccelerator, slowedDown } from '../vm/accelerator.ts'
import { openGdbStub, type GdbStub } from '../vm/gdb-stub.ts'
import { waitForInit } from '../vm/wait-for-init.ts'
import { startQemu, type RunningQemu } from '../vm/start.ts'
import { describeDeath } from '../vm/vm.ts'
import type { CommandContext } from './command-context.ts'
import { chosenDefinition } from './definitions/kernel-choice.ts'
import { guestCpus } from '../instance/pool.ts'
import { kernelOptions, withOptions, type JobOptions } from './job-options.ts'
import { offerGdb } from './jobs/offer-gdb.ts'
import { provideParts } from './jobs/parts.ts'
import { progressLine } from './progress/progress.ts'
import { requireEnvironment } from './require-environment.ts'

type ShellOptions = Pick<JobOptions, 'kernel' | 'accel' | 'aptSuite' | 'append'>

const examples = `
The instance has an initramfs with busybox, and the agent in /run/agent. No change outlives the instance.

Examples:
  gmemtest shell                        look around; Ctrl-D ends the instance
  gmemtest shell -- uname -r            one command; its exit code is returned
  gmemtest shell -- 'dmesg | tail'      the instance has the pipe, too
  gmemtest shell --append hugepages=64  a word for the kernel command line
  gmemtest shell <script.sh             feed a script to the instance's shell`

const memory = bytes(2 ** 30)
const sshMilliseconds = 10_000
const consoleLines = 15
const afterthoughtMilliseconds = 1000
// The exit code of a shell after a signal ended the command, without the number of the signal.
const signalledExitCode = 128
const agentPath = '/run/agent'
// A command that the user runs may take as long as the user wants.
const commandMilliseconds = 2 ** 31 - 1

/** The verb `shell`. */
export function shell(context: CommandContext): Command {
  const command = new Command('shell')
    .description('Boot a kernel in a VM and open a shell in it, or run one command.')
    .argument('[command...]', 'the command to run instead of a shell; put it after --')
  return withOptions(command, [...kernelOptions, 'accel', 'aptSuite', 'append'], defaultKernel)
    .addHelpText('after', examples)
    .action(context.exitsWith((words: readonly string[], options: ShellOptions) => runShell(words, options, context)))
}

async function runShell(command: readonly string[], options: ShellOptions, context: CommandContext): Promise<number> {
  const { signal } = context
  const chosen = await chooseAccelerator(options.accel)
  await requireEnvironment()
  const definition = await chosenDefinition(options, context)
  const accelerator = slowedDown(chosen, definition.slowdown)
  const { kernel, image, agent } = await provideParts(definition, options, context)
  const bootOptions = {
    vmlinux: kernel.vmlinux,
    initramfs: image.initramfs,
    accelerator,
    memory,
    cpus: guestCpus,
    append: bootWords(definition, options.append),
    signal,
  }
  await using running = await startQemu(bootOptions)
  using line = progressLine(context.stderr, context.isTty)
  line.show(`waiting for ${definition.name} to boot`)
  const limit = { signal, timeout: accelerator.patience.for(sshMilliseconds) }
  const connecting = connect(running.ssh, { ...image, ...limit })
  // If the instance does not come up, that error counts, and not the error of the session.
  connecting.catch(() => undefined)
  await waitForInit(running, bootOptions)
  await using session = await connecting
  await session.push(agent, agentPath, { mode: 0o755, ...limit })
  line[Symbol.dispose]()
  const openStub = (): Promise<GdbStub> => openGdbStub(running.qmp, limit)
  await using stub = isAtTerminal(command) ? await offerGdb(openStub, kernel, context) : undefined
  void stub
  return await untilDeath(running, talk(session, command, context))
}

/** Tells whether a user will type into the shell, instead of giving a command or a script. */
function isAtTerminal(command: readonly string[]): boolean {
  return command.length === 0 && process.stdin.isTTY
}

/** Waits for the end of the session, or for the death of the instance if that comes first. */
async function untilDeath(running: RunningQemu, conversation: Promise<number>): Promise<number> {
  const death = running.died.then((how): never => {
    throw new GuestError('GUEST_DIED', describeDeath(how), { tail: running.console.tail(consoleLines) })
  })
  // The session may end first.
  death.catch(() => undefined)
  // The connection breaks shortly before the death is known.
  const outcome = conversation.catch(async (error: unknown) => {
    await Promise.race([death, sleep(afterthoughtMilliseconds, AbortSignal.timeout(2 * afterthoughtMilliseconds))])
    throw error
  })
  return await Promise.race([outcome, death])
}

/** Opens a shell on a terminal, or else runs a command or a script from a pipe. */
async function talk(
  session: SshSession,
  command: readonly string[],
  { stdout, stderr, signal }: CommandContext,
): Promise<number> {
  if (isAtTerminal(command)) {
    const terminal = { input: process.stdin, output: process.stdout, type: process.env['TERM'] ?? 'linux' }
    return await session.shell(terminal, { signal })
  }
  const result = await session.exec(command.length === 0 ? 'sh' : command.join(' '), {
    signal,
    timeout: commandMilliseconds,
    input: command.length === 0 ? await buffer(process.stdin) : Buffer.alloc(0),
    onOutput: (stream, chunk) => void (stream === 'stdout' ? stdout : stderr).write(chunk),
  })
  return result.exitCode ?? signalledExitCode
}
