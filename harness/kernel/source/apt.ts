// The package lists for apt: those of this computer, or private lists of one more suite in the cache.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { exists } from '../../cache/atomic-file.ts'
import { attempt, lastLines } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'

/** How to call apt. */
export interface Apt {
  /** Options of each command line. */
  readonly options: readonly string[]
  /** The suite after a package name, as apt writes it: `/trixie-backports`, or nothing. */
  readonly ofSuite: string
  /** A comment for a repetition by hand; absent for the lists of this computer. */
  readonly remark?: string
}

// As root, apt downloads as the user _apt, who may not write to the cache, and apt warns about that.
const quiet = ['-q', '-o', 'APT::Sandbox::User=root'] as const

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const publicArchive = 'http://deb.debian.org/debian'

/**
 * Chooses the lists of this computer when the caller names no suite, or one of theirs. Otherwise fetches the lists of that
 * suite into the cache, from the archive that this computer uses; apt checks their signature as usual.
 * @throws {UsageError} SUITE_UNKNOWN when the archive has no such suite
 * @throws {InfraError} SOURCE_UNREACHABLE
 */
export async function aptFor(suite: string | undefined, context: BuildContext): Promise<Apt> {
  if (suite === undefined) return { options: quiet, ofSuite: '' }
  const format = '$(CODENAME)|$(SUITE)|$(LABEL)|$(REPO_URI)'
  const targets = ['indextargets', '--format', format, 'Created-By: Packages']
  const { stdout } = await attempt('apt-get', [...quiet, ...targets], { signal: context.signal })
  const rows = stdout.split('\n').map((line) => line.split('|'))
  const isConfigured = rows.some(([codename, name]) => codename === suite || name === suite)
  if (isConfigured) return { options: quiet, ofSuite: `/${suite}` }
  const archive = rows.find(([, , label]) => label === 'Debian')?.[3]?.replace(/\/$/, '') ?? publicArchive
  return privateLists(suite, archive, context)
}

async function privateLists(suite: string, archive: string, context: BuildContext): Promise<Apt> {
  const { cache, signal } = context
  const home = path.join(cache, 'apt', suite.replaceAll('/', '_'))
  await mkdir(path.join(home, 'lists/partial'), { recursive: true })
  await mkdir(path.join(home, 'cache/archives/partial'), { recursive: true })
  const signedBy = (await exists(keyring)) ? ` [signed-by=${keyring}]` : ''
  const sources = path.join(home, 'sources.list')
  const line = `deb${signedBy} ${archive} ${suite} main`
  await writeFile(sources, `${line}\n`)
  const settings = [
    `Dir::State=${home}`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${path.join(home, 'cache')}`,
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
  ]
  const options = [...quiet, ...settings.flatMap((setting) => ['-o', setting])]
  context.progress({ type: 'phase', phase: 'source', detail: `fetching the lists of ${suite}` })
  const update = [...options, '-o', 'APT::Update::Error-Mode=any', 'update']
  const result = await attempt('apt-get', update, { signal })
  if (result.exitCode === 0) return { options, ofSuite: '', remark: `# with ${line} among the sources of apt` }
  if (/does not have a Release file/.test(result.stderr)) {
    throw new UsageError('SUITE_UNKNOWN', `${archive} has no suite '${suite}'`, {
      hint: 'name a suite of the archive, for example --apt-suite trixie-backports',
    })
  }
  throw new InfraError('SOURCE_UNREACHABLE', `apt-get cannot fetch the lists of ${suite} from ${archive}`, {
    tail: lastLines(result, 5),
    hint: 'check the network and the proxy',
  })
}

/** Lists the packages of kernel sources, the newest last. */
export async function kernelSources(apt: Apt, { signal }: BuildContext): Promise<string[]> {
  const prefix = 'linux-source-'
  const { stdout } = await attempt('apt-cache', [...apt.options, 'pkgnames', prefix], { signal })
  const names = stdout.split('\n').filter((name) => /^linux-source-\d+\.\d+$/.test(name))
  return [...new Set(names)].toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }))
}
