// Names of files as Linux has them: bytes. A name is a string with one byte in each character (`latin1`), so that a name
// that is not UTF-8 stays what it is.

/** Returns the name for the characters of a text. */
export function byteName(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Returns the text of a name, for messages; bytes that are not UTF-8 become U+FFFD. */
export function textOfName(name: string): string {
  return Buffer.from(name, 'latin1').toString()
}

/** Returns the path of a name below a directory, for calls of the file system. */
export function bytePath(directory: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')])
}
