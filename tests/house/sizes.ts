// The rules of names and sizes: unique base names, files in a folder, lines in a file.
import path from 'node:path'
import { listFiles, readText, type Fault } from './source.ts'

const maxFiles = 20
const maxLines = 300

/** Reports each file of harness/ whose base name an earlier file has. */
export function nameFaults(root: string): Fault[] {
  const first = new Map<string, string>()
  return listFiles(root, 'harness/**/*.ts').flatMap((file): Fault[] => {
    const name = path.basename(file)
    const other = first.get(name)
    if (other === undefined) {
      first.set(name, file)
      return []
    }
    return [{ file, line: 1, message: `the base name ${name} is also that of ${other}; rename one of them` }]
  })
}

/** Reports each folder of harness/ that has more files than a reader keeps in mind. */
export function crowdFaults(root: string): Fault[] {
  const folders = Map.groupBy(listFiles(root, 'harness/**/*.ts'), (file) => path.dirname(file))
  return [...folders].flatMap(([folder, files]): Fault[] => {
    if (files.length <= maxFiles) return []
    const message = `${files.length} files, the limit is ${maxFiles}; move files that share an idea to a sub-room`
    return [{ file: folder, line: 1, message }]
  })
}

/** Reports each C file and shell script that is too long; max-lines of oxlint does it for TypeScript. */
export function lengthFaults(root: string): Fault[] {
  return listFiles(root, '{harness,tests,guest-images}/**/*.{c,h,sh}').flatMap((file): Fault[] => {
    const lines = readText(root, file).split('\n').length - 1
    if (lines <= maxLines) return []
    return [{ file, line: maxLines + 1, message: `${lines} lines, the limit is ${maxLines}; split the file` }]
  })
}
