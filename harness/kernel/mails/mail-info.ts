// What `git mailinfo` makes of all mails of a box: one shell starts it for each of them, since boxes may have thousands.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * A subject in the text of the mail must not replace that of its header, which has the number. With `--encoding`, git decodes no
 * charset at all; without it and without settings, it writes UTF-8.
 */
export const mailinfo = ['mailinfo', '-k', '--no-scissors', '--no-inbody-headers'] as const

/** What git says about the header of a mail, and both parts of its text, one byte in each character. */
export interface MailInfo {
  readonly facts: string
  readonly message: string
  readonly diff: string
}

const script = `for mail in *.mail; do
  name=\${mail%.mail}
  git ${mailinfo.join(' ')} "$name.message" "$name.diff" <"$mail" >"$name.facts" 2>/dev/null || : >"$name.facts"
done`

/**
 * Returns what git reads in each mail; undefined for a mail that git cannot read. `shell` runs a script in a directory.
 */
export async function readInfos(
  mails: readonly string[],
  directory: string,
  shell: (script: string, directory: string) => Promise<void>,
): Promise<(MailInfo | undefined)[]> {
  await mkdir(directory, { recursive: true })
  const names = mails.map((_, index) => path.join(directory, String(index).padStart(8, '0')))
  for (const [index, name] of names.entries()) await writeFile(`${name}.mail`, mails[index] ?? '', 'latin1')
  if (mails.length > 0) await shell(script, directory)
  const infos: (MailInfo | undefined)[] = []
  for (const name of names) infos.push(await readInfo(name))
  return infos
}

async function readInfo(name: string): Promise<MailInfo | undefined> {
  const facts = await readFile(`${name}.facts`, 'utf8')
  if (facts === '') return undefined
  return {
    facts: facts.trimEnd(),
    message: await readFile(`${name}.message`, 'latin1'),
    diff: await readFile(`${name}.diff`, 'latin1'),
  }
}
