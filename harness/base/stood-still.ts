// How long this process did nothing: code blocked its only thread, or the process itself was stopped.

const beatMilliseconds = 100
/** Work of gmemtest itself, such as reading a long console, takes less. */
const leastMilliseconds = 1000

let last = performance.now()
let stood = 0
let beat: NodeJS.Timeout | undefined

/** Returns the milliseconds for which no timer of this process could fire, in all times of a second and more together. */
export function stoodStill(): number {
  beat ??= setInterval(note, beatMilliseconds).unref()
  note()
  return stood
}

function note(): void {
  const now = performance.now()
  const late = now - last - beatMilliseconds
  if (beat !== undefined && late >= leastMilliseconds) stood += late
  last = now
}
