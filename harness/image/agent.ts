// The agent: the program that does the tests' operations in the guest, pushed over ssh at run time.
import path from 'node:path'
import { inProject } from '../base/paths.ts'
import { compileProgram } from './static-compiler.ts'

/**
 * The path of the agent, compiled unless the cache has it.
 * @throws {BuildError} COMPILE_FAILED
 * @throws {InfraError} COMPILER_MISSING, NO_SPACE, CACHE_NOT_WRITABLE
 */
export async function compileAgent(options: {
  readonly cache: string
  readonly signal: AbortSignal
}): Promise<string> {
  return await compileProgram({
    root: path.join(options.cache, 'agent'),
    sources: inProject('guest-images/agent'),
    program: 'agent',
    signal: options.signal,
  })
}
