// How QEMU runs the guest's instructions. The guest creates VMs of its own, so KVM is of use only where it can nest.
import { access, constants, readFile } from 'node:fs/promises'
import { InfraError } from '../base/errors.ts'

export type AcceleratorName = 'tcg' | 'kvm'

/** A choice that has been made, and why: the reason is a sentence for the reader of a report. */
export interface Accelerator {
  readonly name: AcceleratorName
  readonly reason: string
  /** What deadlines are multiplied by: emulation is about ten times slower, and some kernels are slow by themselves. */
  readonly timeFactor: number
}

/** What the choice depends on. */
export interface AcceleratorFacts {
  readonly device: 'usable' | 'forbidden' | 'missing'
  /** Which of the two KVM modules that can nest is loaded, and whether it may. */
  readonly module: { readonly name: 'kvm_intel' | 'kvm_amd'; readonly nested: boolean } | undefined
}

const timeFactors = { tcg: 10, kvm: 1 } as const satisfies Record<AcceleratorName, number>

/** Why KVM is of no use on such a machine; undefined when it is. */
function obstacle(facts: AcceleratorFacts): { readonly reason: string; readonly hint: string } | undefined {
  const { device, module } = facts
  if (device === 'missing')
    return { reason: 'there is no /dev/kvm', hint: 'use --accel tcg, or enable virtualisation' }
  if (module === undefined) {
    return {
      reason: 'neither kvm_intel nor kvm_amd is loaded, so KVM here has no nested virtualisation',
      hint: 'use --accel tcg, or a machine that exposes virtualisation to its guests',
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
 * The choice, given the facts: KVM where the guest can nest in it, else TCG, which emulates AMD's SVM.
 * @throws {InfraError} KVM_UNUSABLE when KVM was asked for and cannot work
 */
export function decideAccelerator(asked: AcceleratorName | undefined, facts: AcceleratorFacts): Accelerator {
  const problem = obstacle(facts)
  if (asked === 'tcg') return { name: 'tcg', reason: 'it was asked for', timeFactor: timeFactors.tcg }
  if (problem !== undefined) {
    if (asked === undefined) return { name: 'tcg', reason: problem.reason, timeFactor: timeFactors.tcg }
    throw new InfraError('KVM_UNUSABLE', `--accel kvm cannot work: ${problem.reason}`, { hint: problem.hint })
  }
  const reason = `${facts.module?.name} has nested virtualisation and /dev/kvm can be opened`
  return { name: 'kvm', reason, timeFactor: timeFactors.kvm }
}

/** The same, for a kernel that is so many times slower than others. */
export function slowedDown(accelerator: Accelerator, slowdown: number): Accelerator {
  return { ...accelerator, timeFactor: accelerator.timeFactor * slowdown }
}

async function probeDevice(): Promise<AcceleratorFacts['device']> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK)
    return 'usable'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'forbidden'
  }
}

async function probeModule(): Promise<AcceleratorFacts['module']> {
  for (const name of ['kvm_intel', 'kvm_amd'] as const) {
    const nested = await readFile(`/sys/module/${name}/parameters/nested`, 'utf8').catch(() => undefined)
    if (nested !== undefined) return { name, nested: ['1', 'Y', 'y'].includes(nested.trim()) }
  }
  return undefined
}

/** The facts of this machine. */
async function probeAccelerator(): Promise<AcceleratorFacts> {
  const [device, module] = await Promise.all([probeDevice(), probeModule()])
  return { device, module }
}

/**
 * Chooses for this machine.
 * @throws {InfraError} KVM_UNUSABLE when KVM was asked for and cannot work
 */
export async function chooseAccelerator(asked: AcceleratorName | undefined): Promise<Accelerator> {
  return decideAccelerator(asked, await probeAccelerator())
}
