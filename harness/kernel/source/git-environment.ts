// The environments of git: one for work on this computer, which no setting of the user changes, and one for the network.

/** Makes git ignore the settings and attributes of the user and of the system, and replacements of objects. */
export const gitEnvironment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  // git reads $XDG_CONFIG_HOME/git/attributes also without any configuration: line ends, ident, filters.
  XDG_CONFIG_HOME: '/nonexistent',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
} as const

/** The same for a command line: `NAME=VALUE …`. */
export const gitAssignments = Object.entries(gitEnvironment)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')

const settings = /^(?:GIT_(?:CONFIG_\w+|HTTP_\w+|ASKPASS|ALLOW_PROTOCOL)|SSH_ASKPASS)$/

/**
 * Returns what git needs beside its usual environment to reach other computers as the user does by hand: `insteadOf`, proxies
 * and credentials of the settings. Use it for commands that only fetch objects: their names are hashes of their content.
 */
export function networkEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { GIT_TERMINAL_PROMPT: '0' }
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && settings.test(name)) environment[name] = value
  }
  return environment
}
