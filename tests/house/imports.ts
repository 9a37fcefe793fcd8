// Reads the imports of a TypeScript file, those of types and `import()` included.
import path from 'node:path'
import { lineAt, parse, readText } from './source.ts'

/** An import of another file of the project. Both files are paths from root. */
export type Import = { readonly from: string; readonly to: string; readonly line: number }

/** Lists the imports of one file that name another file by a relative path: packages and `node:` are not listed. */
export function importsOf(root: string, file: string): Import[] {
  const text = readText(root, file)
  const { module } = parse(file, text)
  const requests = [
    ...module.staticImports.map((row) => row.moduleRequest),
    ...module.staticExports.flatMap((row) => row.entries).map((entry) => entry.moduleRequest),
    ...module.dynamicImports.map((row) => row.moduleRequest),
  ].filter((request) => request !== null && request !== undefined)
  const imports = requests.flatMap(({ start, end }): Import[] => {
    const specifier = /^['"`](\.[^$]*)['"`]$/.exec(text.slice(start, end))?.[1]
    if (specifier === undefined) return []
    return [{ from: file, to: path.join(path.dirname(file), specifier), line: lineAt(text, start) }]
  })
  return [...new Map(imports.map((row) => [`${row.line} ${row.to}`, row])).values()]
}
