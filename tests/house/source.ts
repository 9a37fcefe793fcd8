// Reads the files of the project for the rules of the house.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync, type ParseResult } from 'oxc-parser'

/** One broken rule of the house: where it is, and what is wrong, the limit, and the next step in one line. */
export type Fault = { readonly file: string; readonly line: number; readonly message: string }

/** Lists the files below root that a pattern matches, as paths from root; a folder that is absent has none. */
export function listFiles(root: string, pattern: string): string[] {
  return globSync(pattern, { cwd: root }).toSorted()
}

/** Reads a file below root. */
export function readText(root: string, file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Tells whether root has the file or folder. */
export function isPresent(root: string, file: string): boolean {
  return existsSync(path.join(root, file))
}

/** Returns the number (from 1) of the line that has the character at offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/**
 * Parses a TypeScript file.
 *
 * @throws Error if the text is not TypeScript: a rule that reads half a file must not pass
 */
export function parse(file: string, text: string): ParseResult {
  const result = parseSync(file, text)
  const error = result.errors[0]
  if (error !== undefined) throw new Error(`cannot parse ${file}: ${error.message}; run: make types`)
  return result
}
