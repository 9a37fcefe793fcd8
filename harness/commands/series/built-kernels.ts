// The kernels of a campaign: each has its own instances, and its own console files.
import { UsageError } from '../../base/errors.ts'
import { resultNames } from '../../base/result-names.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import type { InstancePoolOptions } from '../../instance/pool.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import type { BuiltKernel, RunOptions } from '../../run/run-options.ts'
import { consolesOf, poolOf, symbolizerFor, type Job } from '../jobs/job.ts'

/** Makes the pool of one kernel. The consoles of its instances go into the file console-NAME.log. */
export function builtKernel(
  parts: InstanceParts,
  name: string,
  job: Job,
  onCommands: InstancePoolOptions['onCommands'],
): BuiltKernel {
  const consoles = consolesOf(job, resultNames.console.replace('.', `-${name}.`))
  const instances = poolOf(parts, job, consoles, { onCommands })
  return {
    instances,
    decode: symbolizerFor(parts.kernel.vmlinux, job.context),
    async [Symbol.asyncDispose]() {
      await instances[Symbol.asyncDispose]()
      await consoles[Symbol.asyncDispose]()
    },
  }
}

/**
 * Returns the dialect that a definition names; `needed` begins the message: `mutants need`.
 * @throws {UsageError} DIALECT_NEEDED when the definition leaves the dialect open: a kernel of a campaign must not decide it
 */
export function namedDialect({ name, dialect }: KernelDefinition, needed: string): RunOptions['dialect'] {
  if (dialect !== 'auto') return dialect
  throw new UsageError(
    'DIALECT_NEEDED',
    `${needed} a definition that names its dialect, and that of ${name} has auto`,
    {
      hint: `gmemtest run --kernel ${name} tells the dialect of the kernel: write it into the definition`,
    },
  )
}
