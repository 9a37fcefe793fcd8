// The agent: the program that performs the tests' operations in the instance; ssh copies it there at run time.
import path from 'node:path'
import { inProject } from '../base/paths.ts'
import { compileProgram } from './static-compiler.ts'

/**
 * Returns the path of the agent, and compiles it unless the cache has it.
 * @throws {BuildError} COMPILE_FAILED
 * @throws {InfraError} COMPILER_MISSING, NO_SPACE, CACHE_NOT_WRITABLE
 */
export async function compileAgent(options: { readonly cache: string; readonly signal: AbortSignal }): Promise<string> {
  return await compileProgram({
    root: path.join(options.cache, 'agent'),
    sources: inProject('guest-images/agent'),
    program: 'agent',
    signal: options.signal,
  })
}
