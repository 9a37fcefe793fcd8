// Words with a number.

/** Writes a number of things: `1 result`, `2 results`, `2 patches`. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : what.endsWith('ch') ? 'es' : 's'}`
}
