// The answer of a program that is asked for a fact, which may be missing.
import { withCleanEnvironment } from './environment.ts'
import { run } from './run-program.ts'

const commandMilliseconds = 5000

/** Returns the output of a command; undefined when the command fails or is missing. */
export async function said(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    // GIT_DIR would name another repository.
    const [file, wrapped] = withCleanEnvironment(command, args, env)
    const result = await run(file, wrapped, {
      // Also after an interrupt: these take a few milliseconds.
      signal: new AbortController().signal,
      timeout: commandMilliseconds,
    })
    return result.exitCode === 0 ? result.stdout : undefined
  } catch {
    return undefined
  }
}
