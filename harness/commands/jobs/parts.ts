// The parts that instances are started from: kernel, initramfs and agent, from the cache or built.
import { compileAgent } from '../../image/static-compiler.ts'
import { provideGuestImage } from '../../image/image.ts'
import { provideKernel, type KernelBuild } from '../../kernel/provide.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import type { RunEvent } from '../../report/events.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { progressLine } from '../progress/progress.ts'

/** Returns the event for a kernel whose build or look-up began at `begin`, in the time of `performance.now()`. */
export function kernelReady(
  { key, provenance, cached }: KernelBuild,
  begin: number,
): Extract<RunEvent, { type: 'kernel-ready' }> {
  const { release, source, patches, patchsetHash, compiler, configHash, startTime, seconds } = provenance
  const build = { source, patches, patchsetHash, compiler, configHash, startTime, seconds }
  return { type: 'kernel-ready', key, release, cached, milliseconds: performance.now() - begin, build }
}

/**
 * Provides the parts for a kernel.
 * @throws the errors of `provideKernel`, `provideGuestImage` and `compileAgent`
 */
export async function provideParts(
  definition: KernelDefinition,
  options: Pick<JobOptions, 'aptSuite'>,
  context: CommandContext,
): Promise<InstanceParts> {
  const failed = new AbortController()
  const common = { cache: cacheDirectory(), signal: AbortSignal.any([context.signal, failed.signal]) }
  using line = progressLine(context.stderr, context.isTty)
  const making = [
    provideKernel(definition, buildOptions(line, definition, options, common.signal)).finally(() =>
      line.showLater('making the initramfs and the agent'),
    ),
    provideGuestImage(common),
    compileAgent(common),
  ] as const
  const [kernel, image, agent] = await Promise.all(making).catch(async (error: unknown) => {
    // A kernel that will not be booted is not built to its end.
    failed.abort(error)
    await Promise.allSettled(making)
    throw error
  })
  return { kernel, image, agent }
}
