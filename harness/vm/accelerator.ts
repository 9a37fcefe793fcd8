// Chooses how QEMU runs the instructions of an instance. The instance creates nested VMs, so KVM must be able to nest.
import { Patience } from '../base/patience.ts'
import { access, constants, readFile } from 'node:fs/promises'
import { hasCode, InfraError } from '../base/errors.ts'

export type AcceleratorName = 'tcg' | 'kvm'

/** A choice with its reason, which is a clause for the reader of a report. */
export interface Accelerator {
  readonly name: AcceleratorName
  readonly reason: string
  /** Deadlines are multiplied by it: emulation is about ten times slower, and some kernels are slow by themselves. */
  readonly patience: Patience
}

/** The facts of this computer that decide. */
export interface AcceleratorFacts {
  readonly device: 'usable' | 'forbidden' | 'missing'
  /** The loaded KVM module, if it is one of the two that can nest, and whether nesting is on. */
  readonly module: { readonly name: 'kvm_intel' | 'kvm_amd'; readonly nested: boolean } | undefined
}

const patience = { tcg: new Patience(10), kvm: new Patience(1) } as const satisfies Record<AcceleratorName, Patience>

/** Gives the reason why KVM cannot be used; nothing when it can. */
function obstacle(facts: AcceleratorFacts): { readonly reason: string; readonly hint: string } | undefined {
  const { device, module } = facts
  if (device === 'missing') return { reason: 'there is no /dev/kvm', hint: 'use --accel tcg, or enable virtualisation' }
  if (module === undefined) {
    return {
      reason: 'neither kvm_intel nor kvm_amd is loaded, so KVM here has no nested virtualisation',
      hint: 'use --accel tcg, or a computer that exposes virtualisation',
    }
  }
  if (!module.nested) {
    return {
      reason: `nested virtualisation is off (/sys/module/${module.name}/parameters/nested)`,
      hint: `use --accel tcg, or as root: modprobe -r ${module.name} && modprobe ${module.name} nested=1`,
    }
  }
  if (device === 'forbidden') {
    return {
      reason: 'this user cannot open /dev/kvm for reading and writing',
      hint: 'use --accel tcg, or as root: adduser USER kvm, then log in again',
    }
  }
  return undefined
}

/**
 * Decides by the facts: KVM where it can nest, else TCG, which emulates AMD's SVM.
 * @throws {InfraError} KVM_UNUSABLE when KVM was asked for and cannot work
 */
export function decideAccelerator(asked: AcceleratorName | undefined, facts: AcceleratorFacts): Accelerator {
  const problem = obstacle(facts)
  if (asked === 'tcg') return { name: 'tcg', reason: '--accel tcg was given', patience: patience.tcg }
  if (problem !== undefined) {
    if (asked === undefined) return { name: 'tcg', reason: problem.reason, patience: patience.tcg }
    throw new InfraError('KVM_UNUSABLE', `--accel kvm cannot work: ${problem.reason}`, { hint: problem.hint })
  }
  const reason = `${facts.module?.name} has nested virtualisation and /dev/kvm can be opened`
  return { name: 'kvm', reason, patience: patience.kvm }
}

/** Scales the time factor for a kernel that is so many times slower than others. */
export function slowedDown(accelerator: Accelerator, slowdown: number): Accelerator {
  return { ...accelerator, patience: accelerator.patience.times(slowdown) }
}

async function probeDevice(): Promise<AcceleratorFacts['device']> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK)
    return 'usable'
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'missing' : 'forbidden'
  }
}

async function probeModule(): Promise<AcceleratorFacts['module']> {
  for (const name of ['kvm_intel', 'kvm_amd'] as const) {
    const nested = await readFile(`/sys/module/${name}/parameters/nested`, 'utf8').catch(() => undefined)
    if (nested !== undefined) return { name, nested: ['1', 'Y', 'y'].includes(nested.trim()) }
  }
  return undefined
}

/**
 * Chooses the accelerator for this computer.
 * @throws {InfraError} KVM_UNUSABLE when KVM was asked for and cannot work
 */
export async function chooseAccelerator(asked: AcceleratorName | undefined): Promise<Accelerator> {
  const [device, module] = await Promise.all([probeDevice(), probeModule()])
  return decideAccelerator(asked, { device, module })
}
