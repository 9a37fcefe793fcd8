// Which compiler and linker build the kernel. Asking them takes longer than finding a build, so the answer is kept.
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../base/errors.ts'
import { lastLines, succeed } from './command.ts'
import { readJson, writeWhole } from '../cache/atomic-file.ts'
import type { BuildContext } from './provide-progress.ts'

/** The file that a command name means; undefined when there is none. */
export async function findProgram(
  name: string,
  searchPath: string = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  for (const directory of searchPath.split(':')) {
    const file = path.join(directory, name)
    const status = await stat(file).catch(() => undefined)
    if (status?.isFile() === true && (status.mode & 0o111) !== 0) return file
  }
  return undefined
}

const packageOf: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  ld: 'binutils',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  git: 'git',
  perl: 'perl',
  xz: 'xz-utils',
}

/**
 * Makes sure that the programs which a kernel build calls are there: make would only fail in the middle.
 * @throws {InfraError} TOOLS_MISSING with the line that installs them
 */
export async function requireTools(): Promise<void> {
  const missing: string[] = []
  for (const name of Object.keys(packageOf)) {
    if ((await findProgram(name)) === undefined) missing.push(name)
  }
  if (missing.length === 0) return
  throw new InfraError('TOOLS_MISSING', `a kernel build needs ${missing.join(', ')}`, {
    hint: `as root: apt-get install ${missing.map((name) => packageOf[name] ?? name).join(' ')}`,
  })
}

/**
 * Versions of gcc and ld, as one line.
 * @throws {InfraError} TOOLS_MISSING
 */
export async function identifyCompiler(context: BuildContext): Promise<string> {
  const programs = await Promise.all(['gcc', 'ld'].map(programState))
  const state = programs.map((program) => program.state).join('; ')
  const memory = path.join(context.cache, 'compiler.json')
  const known = await readJson(memory)
  if (typeof known === 'object' && known !== null && 'state' in known && 'version' in known) {
    if (known.state === state && typeof known.version === 'string') return known.version
  }
  const versions: string[] = []
  for (const { file } of programs) {
    const output = await succeed(
      file,
      ['--version'],
      { signal: context.signal, stage: 'asking for the compiler version' },
      (result) => new InfraError('TOOLS_MISSING', `${file} does not run`, { tail: lastLines(result) }),
    )
    versions.push(output.split('\n')[0] ?? '')
  }
  const version = versions.join('; ')
  await writeWhole(memory, JSON.stringify({ state, version }))
  return version
}

async function programState(name: string): Promise<{ file: string; state: string }> {
  const file = await findProgram(name)
  if (file === undefined) {
    await requireTools()
    throw new InfraError('TOOLS_MISSING', `a kernel build needs ${name}`)
  }
  const real = await realpath(file)
  const { size, mtimeMs } = await stat(real)
  return { file, state: `${real} ${size} ${mtimeMs}` }
}
