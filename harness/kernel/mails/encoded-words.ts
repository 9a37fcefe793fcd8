// The encoded words of a header (RFC 2047) that git does not decode: it decodes each one for itself, and senders split inside of
// a character.

const word = /=\?([\w.:-]+)(?:\*[\w-]*)?\?([bq])\?([^\s?]*)\?=/gi
/** RFC 2047, 6.2: blanks between two words do not count. */
const between = /(\?=)\s+(?==\?[\w.:*-]+\?[bq]\?)/gi

/** Decodes the content of a header, one byte in each character; the bytes of neighbours with one charset are joined first. */
export function decodeWords(field: string): string {
  const text = field.replaceAll(/\s+/g, ' ').trim().replaceAll(between, '$1')
  let [decoded, end] = ['', 0]
  let open: { readonly charset: string; readonly bytes: Buffer[] } | undefined
  const close = (): void => {
    if (open !== undefined) decoded += decodeBytes(Buffer.concat(open.bytes), open.charset)
    open = undefined
  }
  for (const { index, 0: all, 1: name = '', 2: kind = '', 3: content = '' } of text.matchAll(word)) {
    const charset = name.toLowerCase()
    if (index > end || open?.charset !== charset) close()
    decoded += decodeBytes(Buffer.from(text.slice(end, index), 'latin1'), 'utf-8')
    open ??= { charset, bytes: [] }
    open.bytes.push(/b/i.test(kind) ? Buffer.from(content, 'base64') : unquoted(content))
    end = index + all.length
  }
  close()
  return decoded + decodeBytes(Buffer.from(text.slice(end), 'latin1'), 'utf-8')
}

function unquoted(content: string): Buffer {
  const text = content
    .replaceAll('_', ' ')
    .replaceAll(/=([\da-f]{2})/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
  return Buffer.from(text, 'latin1')
}

function decodeBytes(bytes: Buffer, charset: string): string {
  // RFC 2781, 4.3: without a byte order mark it is big-endian.
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  const label = charset === 'utf-16' && !isLittle ? 'utf-16be' : charset
  for (const each of [label, 'utf-8']) {
    try {
      return new TextDecoder(each, { fatal: true }).decode(bytes)
    } catch {
      // The charset has no such name, or the bytes are of another one.
    }
  }
  return bytes.toString('latin1')
}
