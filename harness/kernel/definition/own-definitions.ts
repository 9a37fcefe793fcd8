// The kernel definitions of the user, which all checkouts share.
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { tryNearest } from '../../base/nearest.ts'
import { homeDirectory, inProject } from '../../base/paths.ts'
import { writeWhole } from '../../cache/atomic-file.ts'
import { writtenOf, type KernelWords } from './compose.ts'
import { faultOfName } from './kernel-name.ts'

/** The definitions of the project. */
export const kernelsDirectory: string = inProject('kernel-configs/kernels')

/**
 * Returns the directory of the user's definitions (XDG Base Directory specification).
 * @throws {InfraError} HOME_UNKNOWN
 */
export function ownDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CONFIG_HOME']
  const config = base !== undefined && path.isAbsolute(base) ? base : path.join(homeDirectory(environment), '.config')
  return path.join(config, 'gmemtest', 'kernels')
}

/** Lists the names of the definitions in a directory, sorted; none for a directory that does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch((): string[] => [])
  return (
    files
      // Editors put locks and copies with such names beside a file: .#mine.yaml
      .filter((file) => file.endsWith('.yaml') && !file.startsWith('.'))
      .map((file) => path.basename(file, '.yaml'))
      .toSorted()
  )
}

/** Returns the file of a definition with this name: of the project, or else of the user; it need not exist. */
export function fileOfKernel(name: string): string {
  const file = path.join(kernelsDirectory, `${name}.yaml`)
  if (existsSync(file)) return file
  try {
    return path.join(ownDirectory(), `${name}.yaml`)
  } catch {
    // A user without a home has no definitions.
    return file
  }
}

/**
 * Writes a definition of the user, and returns its file.
 * @throws {UsageError} KERNEL_NAME, KERNEL_EXISTS, and the errors of `writtenOf`
 */
export async function addKernel(name: string, words: KernelWords, base: string, replaces: boolean): Promise<string> {
  const fault = /\.ya?ml$/.test(name) ? 'a name has no ending' : faultOfName(name)
  if (fault !== undefined) {
    throw new UsageError('KERNEL_NAME', `a kernel cannot have the name ${JSON.stringify(name)}: ${fault}`, {
      hint: 'for example: gmemtest kernel add my-kernel',
    })
  }
  const file = path.join(ownDirectory(), `${name}.yaml`)
  if (existsSync(path.join(kernelsDirectory, `${name}.yaml`))) {
    throw new UsageError('KERNEL_EXISTS', `the project has a kernel definition '${name}'`, {
      hint: 'choose another name',
    })
  }
  if (existsSync(file) && !replaces) {
    throw new UsageError('KERNEL_EXISTS', `there is a kernel definition ${file}`, {
      hint: `choose another name, or replace it with --force`,
    })
  }
  const { description, source, series, fragments, dialect, inSource, threeWay } = writtenOf(words, base)
  const optional = { ...(inSource === undefined ? {} : { inSource }), ...(threeWay === undefined ? {} : { threeWay }) }
  const { stringify } = await import('yaml')
  const text = stringify({ description, source, series, fragments, dialect, ...optional }, { lineWidth: 0 })
  await writeWhole(
    file,
    `# Written by gmemtest kernel add; README.md, "Your own tree or series", has all keys.\n${text}`,
  )
  return file
}

/**
 * Removes a definition of the user, and returns its file.
 * @throws {UsageError} KERNEL_UNKNOWN, KERNEL_OF_PROJECT
 */
export async function removeKernel(name: string): Promise<string> {
  const own = await namesIn(ownDirectory())
  const file = path.join(ownDirectory(), `${name}.yaml`)
  if (own.includes(name)) {
    await rm(file)
    return file
  }
  if ((await namesIn(kernelsDirectory)).includes(name)) {
    throw new UsageError('KERNEL_OF_PROJECT', `the kernel definition '${name}' belongs to the project`, {
      hint: `remove it with git: git rm kernel-configs/kernels/${name}.yaml`,
    })
  }
  const all = own.length === 0 ? 'there are none of your own' : `yours are ${own.join(', ')}`
  throw new UsageError('KERNEL_UNKNOWN', `there is no kernel definition '${name}'`, {
    hint: tryNearest(name, own, all),
  })
}
