// The compiler and the linker of a kernel. Their versions are remembered: two programs take longer to start than a
// stored kernel takes to find.
import path from 'node:path'
import { InfraError } from '../base/errors.ts'
import { hasShape } from '../base/has-shape.ts'
import { readJson, rememberJson } from '../cache/atomic-file.ts'
import { fileIdentity, findExecutable } from '../process/executable.ts'
import { kernelRequirements, missingPackages, probeRequirements } from '../process/requirements.ts'
import { lastLines, succeed } from './command.ts'
import type { BuildContext } from './provide-progress.ts'

/**
 * Makes sure that the programs of a kernel build exist: make would only fail in the middle.
 * @throws {InfraError} TOOLS_MISSING with the line that installs them
 */
export function requireTools(): void {
  const programs = kernelRequirements.filter(({ probe }) => 'program' in probe)
  const missing = probeRequirements(programs).filter(({ found }) => found === undefined)
  if (missing.length === 0) return
  throw new InfraError('TOOLS_MISSING', `a kernel build needs ${missing.map(({ what }) => what).join(', ')}`, {
    hint: `as root: apt-get install ${missingPackages(missing).join(' ')}`,
  })
}

/**
 * Returns the versions of gcc and ld, as one line.
 * @throws {InfraError} TOOLS_MISSING
 */
export async function identifyCompiler(context: BuildContext): Promise<string> {
  const programs = ['gcc', 'ld'].map(requireProgram)
  const state = programs.map(fileIdentity).join('; ')
  const memory = path.join(context.cache, 'compiler.json')
  const known = await readJson(memory)
  if (hasShape(known, { state: 'string', version: 'string' }) && known.state === state) return known.version
  const versions = programs.map(async (file) => {
    const options = { signal: context.signal, stage: 'asking for the compiler version' }
    const output = await succeed(file, ['--version'], options, (result) => {
      return new InfraError('TOOLS_MISSING', `${file} does not run`, { tail: lastLines(result) })
    })
    return output.split('\n')[0] ?? ''
  })
  const version = (await Promise.all(versions)).join('; ')
  await rememberJson(memory, { state, version })
  return version
}

function requireProgram(name: string): string {
  const file = findExecutable(name)
  if (file !== undefined) return file
  requireTools()
  throw new InfraError('TOOLS_MISSING', `a kernel build needs ${name}`)
}
