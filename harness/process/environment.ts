// The environments of programs: each kind gets the variables of its list and no other, so that the settings of a shell
// change neither a kernel nor the agent.
import path from 'node:path'
import { homeDirectory } from '../base/paths.ts'

const everywhere = ['PATH', 'TMPDIR']

function names(text: string): string[] {
  return text.split(' ')
}

const proxies = names('http_proxy https_proxy ftp_proxy all_proxy no_proxy')

/**
 * What reaches a program, by its kind:
 * - `build`: compilers and make; CPATH, GCC_EXEC_PREFIX, KCFLAGS, ARCH, MAKEFLAGS and the like would change their output.
 * - `network`: programs that fetch; proxies, certificates, and the ways to log in.
 */
const lists = {
  build: [...everywhere, 'XDG_CACHE_HOME', 'CCACHE_DIR', 'CCACHE_CONFIGPATH', 'CCACHE_DISABLE'],
  network: [
    ...everywhere,
    ...proxies,
    ...proxies.map((name) => name.toUpperCase()),
    ...names('SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE SSH_AUTH_SOCK XDG_CONFIG_HOME APT_CONFIG'),
    ...names('GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_SSL_CERT GIT_SSL_KEY GIT_SSL_NO_VERIFY GIT_SSL_VERSION'),
    ...names('GIT_PROXY_COMMAND GIT_PROXY_SSL_CAINFO GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT'),
  ],
} as const satisfies Record<string, readonly string[]>

/**
 * Returns the proxies of a shell under their names in small letters: libcurl, and so git, ignores HTTP_PROXY, and apt all
 * names in capitals and all_proxy. As in curl, small letters come first.
 */
export function proxiesIn(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const find = (name: string): string | undefined =>
    [environment[name], environment[name.toUpperCase()]].find((value) => value !== undefined && value !== '')
  const chosen = proxies.flatMap((name) => {
    const value = find(name) ?? (/^https?_/.test(name) ? find('all_proxy') : undefined)
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(chosen)
}

const networkPrograms: ReadonlySet<string> = new Set(['git', 'apt-get', 'apt-cache', 'b4'])

/** Returns the environment of a program in a shell that has the variables `environment`. */
export function environmentOf(
  program: string,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const kind = networkPrograms.has(path.basename(program)) ? 'network' : 'build'
  const inherited = lists[kind].flatMap((name): [string, string][] => {
    const value = environment[name]
    return value === undefined ? [] : [[name, value]]
  })
  const fetching = kind === 'network' ? proxiesIn(environment) : {}
  return { LC_ALL: 'C', TZ: 'UTC', HOME: homeOf(environment), ...Object.fromEntries(inherited), ...fetching }
}

/** Returns a home for programs that stop without one, as ccache does, although they need not write to it. */
function homeOf(environment: NodeJS.ProcessEnv): string {
  try {
    return homeDirectory(environment)
  } catch {
    return '/nonexistent'
  }
}

/** Returns the command line that runs a command in the environment of its kind, with `env` added: `env -i …`. */
export function withCleanEnvironment(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): [command: string, args: string[]] {
  const assignments = Object.entries({ ...environmentOf(command), ...env }).map(([name, value]) => `${name}=${value}`)
  return ['env', ['-i', ...assignments, command, ...args]]
}
