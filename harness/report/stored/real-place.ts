// The place of a file, by which two names of one file are found to be the same.
import { realpath } from 'node:fs/promises'
import path from 'node:path'

/** Returns the absolute path of a file without symbolic links; neither the file nor its directory has to exist. */
export async function realPlace(file: string): Promise<string> {
  const whole = path.resolve(file)
  const found = await realpath(whole).catch(() => undefined)
  if (found !== undefined) return found
  const directory = path.dirname(whole)
  return path.join(await realpath(directory).catch(() => directory), path.basename(whole))
}
