// Boots an instance of the default kernel for measurements inside of it.
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { guestCpus } from '../harness/instance/pool.ts'
import { bootInstance } from '../harness/instance/boot-instance.ts'
import type { Instance } from '../harness/instance/instance.ts'
import type { InstanceOptions } from '../harness/instance/instance-options.ts'
import { compileAgent } from '../harness/image/static-compiler.ts'
import { provideGuestImage } from '../harness/image/image.ts'
import { provideKernel } from '../harness/kernel/provide.ts'
import { defaultKernel, loadKernelDefinition } from '../harness/kernel/definition/load-definition.ts'
import { cacheDirectory } from '../harness/base/paths.ts'
import { chooseAccelerator } from '../harness/vm/accelerator.ts'
import { kernelWords, memoryOf, type BootProfile } from '../harness/vm/profile.ts'

/** Collects the options of such an instance. */
export async function instanceOptions(profile: BootProfile, consoleFile: string): Promise<InstanceOptions> {
  const options = { cache: cacheDirectory(), signal: new AbortController().signal }
  const definition = await loadKernelDefinition(defaultKernel)
  const kernel = await provideKernel(definition, { ...options, progress: () => undefined })
  return {
    vmlinux: kernel.vmlinux,
    image: await provideGuestImage(options),
    agent: await compileAgent(options),
    accelerator: await chooseAccelerator(undefined),
    memory: memoryOf(profile),
    append: kernelWords(profile),
    cpus: guestCpus,
    consoleFile,
    signal: options.signal,
  }
}

/** Boots an instance for `use`, and ends it afterwards. */
export async function withInstance<Result>(
  profile: BootProfile,
  use: (instance: Instance) => Promise<Result>,
): Promise<Result> {
  await using directory = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
  const options = await instanceOptions(profile, path.join(directory.path, 'console.log'))
  await using instance = await bootInstance(options)
  return await use(instance)
}
