// The rule of the mirror: a unit test stands where the file stands that it tests.
import path from 'node:path'
import { isPresent, listFiles, type Fault } from './source.ts'

/** Returns the part of a path after tests/unit/ that names a room, and whether the rest of it is exempt. */
function splitPath(file: string): { readonly room: string; readonly kind: string | undefined } {
  const folders = path.dirname(file).split('/').slice(2)
  const at = folders.findIndex((name) => ['behaviour', 'fixtures', 'golden'].includes(name))
  if (at === -1) return { room: folders.join('/'), kind: undefined }
  return { room: folders.slice(0, at).join('/'), kind: folders[at] }
}

/** Reports each file below tests/unit/ that mirrors nothing. */
export function mirrorFaults(root: string): Fault[] {
  return listFiles(root, 'tests/unit/**/*.ts').flatMap((file): Fault[] => {
    const { room, kind } = splitPath(file)
    // The rules of the house have their unit tests beside those of the rooms.
    const mirrored = room === 'house' ? 'tests/house' : path.join('harness', room)
    if (!isPresent(root, mirrored)) {
      return [{ file, line: 1, message: `mirrors the folder ${mirrored}, which is absent; move the file` }]
    }
    if (kind !== undefined) return []
    const name = path.basename(file)
    if (!name.endsWith('.test.ts')) {
      return [{ file, line: 1, message: `is no *.test.ts; move it to ${path.dirname(file)}/fixtures/` }]
    }
    const tested = path.join(mirrored, name.replace(/\.test\.ts$/, ''))
    if (listFiles(root, `${tested}.{ts,sh}`).length > 0) return []
    const next = `rename it after the file that it tests, or move it to ${path.dirname(file)}/behaviour/`
    return [{ file, line: 1, message: `mirrors ${tested}.ts, which is absent; ${next}` }]
  })
}
