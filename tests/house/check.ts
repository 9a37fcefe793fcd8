// Checks the rules of the house that the linter does not know: one line for each fault on stderr, exit code 1.
// Usage: node tests/house/check.ts
import path from 'node:path'
import { dialectFaults } from './dialects.ts'
import { mirrorFaults } from './mirror.ts'
import { rooms, type Rooms } from './rooms.ts'
import { crowdFaults, lengthFaults, nameFaults } from './sizes.ts'
import type { Fault } from './source.ts'
import { listFaults, wallFaults } from './walls.ts'
import { wordFaults } from './words.ts'

/** Returns the faults of the tree at root, in the order of the rules. */
export function checkHouse(root: string, allowList: Rooms): Fault[] {
  return [
    ...listFaults(root, allowList),
    ...wallFaults(root, allowList),
    ...nameFaults(root),
    ...crowdFaults(root),
    ...lengthFaults(root),
    ...mirrorFaults(root),
    ...dialectFaults(root),
    ...wordFaults(root),
  ]
}

if (import.meta.main) {
  const faults = checkHouse(path.resolve(import.meta.dirname, '../..'), rooms)
  for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`)
  if (faults.length > 0) process.exitCode = 1
}
