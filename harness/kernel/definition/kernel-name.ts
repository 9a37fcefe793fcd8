// The names that a kernel may have: its work tree and the directories of its results are named after it.

/** A few words more stand behind it. */
const longestName = 80

/** Returns why make, a shell or a file system cannot take a name; undefined for a good one. */
export function faultOfName(name: string): string | undefined {
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(name))
    return "a name has only letters, digits, '.', '_', '+' and '-', and begins with a letter or a digit"
  return name.length <= longestName ? undefined : `it has ${name.length} characters, the limit is ${longestName}`
}
