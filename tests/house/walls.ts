// The rule of the walls: a file imports only from the rooms that its room may import.
import { importsOf } from './imports.ts'
import type { Rooms } from './rooms.ts'
import { isPresent, listFiles, type Fault } from './source.ts'

const list = 'tests/house/rooms.ts'

/** Returns the room of a path below harness/, or undefined if the allow-list has none. */
function roomOf(file: string, rooms: Rooms): string | undefined {
  const inside = file.replace(/^harness\//, '')
  return Object.keys(rooms).find((room) => inside === room || inside.startsWith(`${room}/`))
}

/** Reports each import that the allow-list does not have, and each file in no room of it. */
export function wallFaults(root: string, rooms: Rooms): Fault[] {
  return listFiles(root, 'harness/**/*.ts').flatMap((file): Fault[] => {
    const room = roomOf(file, rooms)
    if (room === undefined) {
      const message = `is in no room that ${list} knows; move the file to one, or add a row for a new room`
      return [{ file, line: 1, message }]
    }
    return importsOf(root, file).flatMap(({ to, line }): Fault[] => {
      const target = to.startsWith('harness/') ? roomOf(to, rooms) : to
      if (target === undefined || target === room || rooms[room]?.includes(target) === true) return []
      const allowed = rooms[room]?.join(', ') || 'no other room'
      const message =
        `${room} imports ${to}, but may import only: ${allowed}; ` +
        `hand the value in, or move the code below both (${list})`
      return [{ file, line, message }]
    })
  })
}

/** Reports each row of the allow-list without a room, each room without a row that a row names, and each circle. */
export function listFaults(root: string, rooms: Rooms): Fault[] {
  const faults = Object.entries(rooms).flatMap(([room, allowed]) => {
    const absent = isPresent(root, `harness/${room}`) ? [] : [`the room ${room} is absent; remove its row`]
    const unknown = allowed.filter((name) => rooms[name] === undefined)
    return [...absent, ...unknown.map((name) => `${room} may import ${name}, which has no row; add the row`)]
  })
  const circle = findCircle(rooms)
  if (circle !== undefined) faults.push(`rooms import in a circle: ${circle.join(' -> ')}; remove one of them`)
  return faults.map((message) => ({ file: list, line: 1, message }))
}

/** Finds rooms that may import each other in a circle, the first repeated at the end. */
function findCircle(rooms: Rooms): string[] | undefined {
  const done = new Set<string>()
  const visit = (room: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room]
    if (done.has(room)) return undefined
    for (const next of rooms[room] ?? []) {
      const circle = visit(next, [...trail, room])
      if (circle !== undefined) return circle
    }
    done.add(room)
    return undefined
  }
  for (const room of Object.keys(rooms)) {
    const circle = visit(room, [])
    if (circle !== undefined) return circle
  }
  return undefined
}
