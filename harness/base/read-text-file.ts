// Reads a text file of the user: a file of another kind is refused before it is read as text.
import { readFile, stat } from 'node:fs/promises'
import { UsageError } from './errors.ts'
import { shownPath } from './paths.ts'

const mostMebibytes = 4

/**
 * Reads a text in UTF-8, without its byte order mark. `what` names the wanted kind of file: `a kernel definition`; `another`
 * is the hint for a file of another kind.
 * @throws {UsageError} NOT_A_TEXT for a directory, a device, a binary file, another encoding, or a file above 4 MiB
 * @throws the error of the file system: ENOENT, EACCES …
 */
export async function readTextFile(file: string, what: string, another = 'name a text file'): Promise<string> {
  const refused = (is: string, hint: string): UsageError =>
    new UsageError('NOT_A_TEXT', `${shownPath(file)} ${is}, not ${what}`, { hint })
  const status = await stat(file)
  if (status.isDirectory()) throw refused('is a directory', another)
  // A device may never end, and a pipe may never begin.
  if (!status.isFile()) throw refused('is a device or a pipe', another)
  if (status.size > mostMebibytes * 2 ** 20) throw refused(`has more than ${mostMebibytes} MiB`, another)
  const content = await readFile(file)
  if (/^(\xff\xfe|\xfe\xff)/.test(content.subarray(0, 2).toString('latin1'))) {
    throw refused('is encoded in UTF-16', 'save it in UTF-8')
  }
  if (content.includes(0)) throw refused('is a binary file', another)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    throw refused('is not encoded in UTF-8', 'save it in UTF-8')
  }
}
