// Reads patches: plain diffs, mails of git format-patch, mboxes of several mails.
// Texts are `latin1`, one byte in each character: a patch may contain bytes that are no UTF-8.

/** Splits an mbox into its mails. A mail begins at a `From ` line with a time in it, at the start or after an empty line. */
export function splitMbox(text: string): string[] {
  const begins = [...text.matchAll(/^From \S.*\d:\d\d.*$/gm)]
    .map((match) => match.index)
    .filter((index) => index === 0 || text.slice(0, index).endsWith('\n\n'))
  return begins.map((begin, position) =>
    // An mbox stores a line of a mail that begins with `From ` as `>From `.
    text.slice(begin, begins[position + 1]).replaceAll(/^>(>*From )/gm, '$1'),
  )
}

/** Reads subject and diff of one patch file or mail. The diff of a cover letter is empty. */
export function readMail(text: string): { subject: string; diff: string } {
  const lines = text.replace(/^From \S.*\n/, '')
  const isMail = /^[A-Za-z][A-Za-z0-9-]*: /.test(lines)
  const end = lines.indexOf('\n\n')
  const headers = isMail && end >= 0 ? lines.slice(0, end).replaceAll(/\n[ \t]+/g, ' ') : ''
  const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? ''
  const body = isMail && end >= 0 ? lines.slice(end + 2) : text
  return { subject: header('Subject'), diff: diffOf(decoded(body, header('Content-Transfer-Encoding'))) }
}

function decoded(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('latin1').replaceAll('\r\n', '\n')
    case 'quoted-printable':
      return body
        .replaceAll(/[ \t]+$/gm, '')
        .replaceAll(/=\r?\n/g, '')
        .replaceAll(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCodePoint(Number(`0x${code}`)))
    default:
      return body
  }
}

/** Returns the text from the first file header to the signature. */
function diffOf(body: string): string {
  const begin = body.search(/^diff --git |^--- .*\n\+\+\+ /m)
  if (begin < 0) return ''
  const diff = body.slice(begin)
  // git ends a mail with `-- ` and its version, which would count as a removed line.
  const signature = diff.search(/\n-- \n[^\n]*\n*$/)
  return signature < 0 ? diff : diff.slice(0, signature + 1)
}

/**
 * Returns the part of a diff that identifies a build. It drops abbreviated blob names, whose length depends on the
 * repository of the author, and the times that diff(1) writes beside file names.
 */
export function essenceOf(diff: string): string {
  if (diff.includes('GIT binary patch')) return diff
  return diff
    .replaceAll(/^index [0-9a-f]+\.\.[0-9a-f]+.*\n/gm, '')
    .replaceAll(/^((?:---|\+\+\+) [^\t\n]+)\t\d{4}-\d\d-\d\d .*$/gm, '$1')
}
