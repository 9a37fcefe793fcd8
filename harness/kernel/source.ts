// The four kinds of kernel sources: each can be identified cheaply and obtained once.
import type { KernelSource } from './definition/definition.ts'
import type { BuildContext } from './provide-progress.ts'
import { identifyDebian, obtainDebian } from './source/debian.ts'
import { identifyDir, obtainDir } from './source/dir.ts'
import { identifyGit, obtainGit } from './source/git.ts'
import type { SourceIdentity } from './source/pristine.ts'
import { identifyTarball, obtainTarball } from './source/tarball.ts'

/** Identifies a source without network and apt; returns undefined before its first `obtainSource`. */
export async function identifySource(source: KernelSource, context: BuildContext): Promise<SourceIdentity | undefined> {
  if (source.kind === 'debian') return identifyDebian(source, context)
  if (source.kind === 'tarball') return identifyTarball(source)
  return source.kind === 'git' ? identifyGit(source, context) : identifyDir(source.path, context)
}

/** Makes sure that the tree is in the cache. With `refresh`, it asks for a newer package or commit of a branch. */
export async function obtainSource(
  source: KernelSource,
  context: BuildContext,
  refresh: boolean,
): Promise<SourceIdentity> {
  if (source.kind === 'debian') return obtainDebian(source, context, refresh)
  if (source.kind === 'tarball') return obtainTarball(source, context)
  return source.kind === 'git' ? obtainGit(source, context, refresh) : obtainDir(source.path, context)
}
