// The table of rooms in docs/architecture.md is the allow-list.
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { rooms } from '../../../house/rooms.ts'

void test('each row of the table has the rooms of the allow-list', (t) => {
  const text = readFileSync(inProject('docs/architecture.md'), 'utf8')
  const table = new Map(
    [...text.matchAll(/^\| [^|]*\| `([\w./]+)` +\| [^|]+\| ([^|]+?) +\|$/gm)].map(([, room = '', cell = '']) => [
      room,
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).toSorted(),
    ]),
  )
  t.strictSame([...table.keys()].toSorted(), Object.keys(rooms).toSorted())
  for (const [room, allowed] of Object.entries(rooms)) {
    if (room === 'commands') continue
    t.strictSame(table.get(room), [...allowed].toSorted(), room)
  }
  t.end()
})
