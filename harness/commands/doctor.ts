// gmemtest doctor: lists missing programs, the command that installs them, and the accelerator of this computer.
import { Command } from 'commander'
import { InfraError, exitCodes } from '../base/errors.ts'
import { missingPackages, probeRequirements } from '../process/requirements.ts'
import { chooseAccelerator } from '../vm/accelerator.ts'
import type { CommandContext } from './command-context.ts'
import { columnsOf, tableRow, wrapped } from './layout.ts'

interface DoctorOptions {
  readonly missingPackages?: true
}

const examples = `
Examples:
  gmemtest doctor                      a table, and the command that installs what is missing
  gmemtest doctor --missing-packages   the names of the packages alone, for scripts

Exit codes: 0 nothing is missing, 69 something is (with --missing-packages always 0).`

/** The verb `doctor`. */
export function doctor(context: CommandContext): Command {
  return new Command('doctor')
    .description('List the programs that this computer lacks, and the command that installs them.')
    .option('--missing-packages', 'print the Debian packages that are missing, and nothing else')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (options: DoctorOptions) => {
        if (options.missingPackages !== true) return await report(context)
        const missing = missingPackages(probeRequirements())
        if (missing.length > 0) context.stdout.write(`${missing.join(' ')}\n`)
        return exitCodes.ok
      }),
    )
}

async function report({ stdout }: CommandContext): Promise<number> {
  const requirements = probeRequirements()
  const columns = columnsOf(stdout)
  const width = Math.max(...requirements.map(({ what }) => what.length))
  for (const { what, found, neededFor, isOptional, package: debianPackage } of requirements) {
    const lacks =
      isOptional === true
        ? `not installed (apt-get install ${debianPackage}), only needed for ${neededFor}`
        : `missing, needed for ${neededFor}`
    const state = found ?? lacks
    const name = `${found === undefined ? (isOptional === true ? '-' : '✗') : '✓'} ${what}`
    stdout.write(`${tableRow(name, width + 2, state, columns)}\n`)
  }
  const accelerator = await chooseAccelerator(undefined)
  const speed = accelerator.name === 'kvm' ? 'KVM' : 'emulation (TCG), which is enough'
  const sentence = `Kernels will run under ${speed}: ${accelerator.reason}.`
  stdout.write(`\n${columns === undefined ? sentence : wrapped(sentence, columns, 0, 0)}\n`)
  const packages = missingPackages(requirements)
  if (packages.length === 0) {
    stdout.write('Nothing is missing.\n')
    return exitCodes.ok
  }
  throw new InfraError('REQUIREMENTS_MISSING', `missing: ${packages.join(', ')}`, {
    hint: `as root: apt-get install --no-install-recommends ${packages.join(' ')}`,
  })
}
