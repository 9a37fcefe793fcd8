// One build: the work tree is brought up to date, configured, compiled, and its products are put into the store.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from './definition/definition.ts'
import { BuildError, InfraError } from '../base/errors.ts'
import { lastLines, succeed } from './command.ts'
import { readJson, sha256, sha256OfFile, writeWhole } from '../cache/atomic-file.ts'
import { configure } from './kconfig/configure.ts'
import { configKey, configureOnce } from './kconfig/once.ts'
import type { Request } from './kconfig/fragment.ts'
import { takeLock } from '../cache/lock.ts'
import { splats, make } from './make.ts'
import type { MakeOptions } from './make.ts'
import type { BuildContext } from './provide-progress.ts'
import { patchsetHash, repeatByHand, targets } from './build-provenance.ts'
import type { Provenance } from './build-provenance.ts'
import { applySeries, patchIds } from './series/apply.ts'
import type { Patch } from './series.ts'
import { listTree, objectsName } from './source/listing.ts'
import { discardTree, treeOf, untouchedFiles } from './source/pristine.ts'
import type { SourceIdentity } from './source/pristine.ts'
import { noSpaceError, requireSpace } from '../cache/space.ts'
import { addProduct, productNames, storeEntry } from '../cache/store.ts'
import { updateTree } from './worktree.ts'

/** All that a build is made from. */
export interface Ingredients {
  readonly definition: KernelDefinition
  readonly identity: SourceIdentity
  readonly patches: readonly Patch[]
  readonly requests: readonly Request[]
  readonly compiler: string
  readonly key: string
}

/** Objects with line tables, vmlinux.o, vmlinux and the copies in the store. */
const spaceForBuild = 2 ** 30

/** The unpacked source is not what was unpacked; it has been removed and has to be obtained again. */
export class SourceTouched extends Error {}

/**
 * Builds and stores. Call it with the lock of the key held.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, OPTION_LOST, CONFIG_FAILED, KERNEL_BUILD_FAILED
 * @throws {InfraError} NO_SPACE, CACHE_PATH
 * @throws {SourceTouched}
 */
export async function buildKernel(
  ingredients: Ingredients,
  context: BuildContext,
  jobs: number,
): Promise<void> {
  const started = Date.now()
  const cpuBefore = await childCpuSeconds()
  await inWorkTree(ingredients, context, async (home) => {
    await buildIn(home, ingredients, context, { jobs, started, cpuBefore })
  })
}

/** What a build was given, and when it began. */
interface Begun {
  readonly jobs: number
  readonly started: number
  readonly cpuBefore: number
}

/**
 * Brings the work tree of a definition up to date and works with it; nobody else does meanwhile. `home` has the tree in
 * it, under the name `tree`.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY
 * @throws {InfraError} NO_SPACE, CACHE_PATH
 * @throws {SourceTouched}
 */
export async function inWorkTree<Result>(
  ingredients: Ingredients,
  context: BuildContext,
  work: (home: string) => Promise<Result>,
): Promise<Result> {
  const { definition } = ingredients
  if (/[\s:]/.test(context.cache)) {
    throw new InfraError('CACHE_PATH', `a kernel cannot be built below '${context.cache}'`, {
      hint: 'its make allows neither blanks nor colons in paths; set XDG_CACHE_HOME to another directory',
    })
  }
  const home = path.join(context.cache, 'trees', familyOf(definition))
  await mkdir(home, { recursive: true })
  await using lock = await takeLock(context.cache, `tree-${familyOf(definition)}`, {
    signal: context.signal,
    onWait: (holder) =>
      context.progress({
        type: 'phase',
        phase: 'waiting',
        detail: `${holder} builds another ${definition.name}`,
      }),
  })
  void lock
  await requireSpace(home, spaceForBuild, `building ${definition.name}`)
  await prepareTree(ingredients, home, context)
  return await work(home)
}

async function buildIn(
  home: string,
  ingredients: Ingredients,
  context: BuildContext,
  { jobs, started, cpuBefore }: Begun,
): Promise<void> {
  const { definition, identity } = ingredients
  const tree = path.join(home, 'tree')
  const objects = path.join(tree, objectsName)
  const logFile = path.join(home, productNames.log)
  await rm(logFile, { force: true })
  const makeOptions: MakeOptions = { signal: context.signal, jobs, logFile }
  await withObjects(home, context.signal, async () => {
    await mkdir(objects, { recursive: true })
    context.progress({ type: 'phase', phase: 'config', detail: `${ingredients.requests.length} options` })
    const { patches, requests, compiler } = ingredients
    const key = configKey({ source: identity.content, patches, requests, compiler })
    await configureOnce(home, { key, file: path.join(objects, '.config') }, () =>
      configure(tree, requests, makeOptions),
    )
    const count = await compile(tree, home, definition.name, makeOptions, context)

    context.progress({ type: 'phase', phase: 'store', detail: ingredients.key })
    const release = (await readFile(path.join(objects, 'include/config/kernel.release'), 'utf8')).trim()
    const ids = await patchIds(ingredients.patches, context)
    await storeEntry(ingredients.key, context, async (directory) => {
      await addProduct(path.join(objects, 'vmlinux'), directory, productNames.vmlinuxDebug)
      await addProduct(path.join(objects, 'arch/x86/boot/bzImage'), directory, productNames.bzImage)
      await addProduct(path.join(objects, '.config'), directory, productNames.config)
      await addProduct(path.join(objects, 'System.map'), directory, productNames.systemMap)
      await addProduct(logFile, directory, productNames.log)
      await stripDebugInfo(
        path.join(directory, productNames.vmlinuxDebug),
        path.join(directory, productNames.vmlinux),
        context,
      )
      const provenance: Provenance = {
        definition: definition.name,
        key: ingredients.key,
        release,
        source: {
          kind: identity.kind,
          version: identity.version,
          content: identity.content,
          facts: identity.facts,
        },
        patches: ingredients.patches.map((patch, index) => ({
          name: patch.name,
          subject: patch.subject,
          sha256: patch.sha256,
          patchId: ids[index] ?? '',
        })),
        patchsetHash: patchsetHash(ingredients.patches.map((patch) => patch.sha256)),
        compiler: ingredients.compiler,
        configHash: await sha256OfFile(path.join(objects, '.config')),
        startTime: new Date(started).toISOString(),
        seconds: (Date.now() - started) / 1000,
        cpuSeconds: Math.round(((await childCpuSeconds()) - cpuBefore) * 10) / 10,
        objects: count,
        repeat: repeatByHand(definition, identity, ingredients.patches, ingredients.requests),
      }
      await writeFile(path.join(directory, productNames.provenance), JSON.stringify(provenance, undefined, 2))
    })
  })
}

/**
 * One tree is kept for each definition file, flavour and place of its source; a change of series or options is built in it, and
 * so are the mutants of the kernel.
 */
function familyOf(definition: KernelDefinition): string {
  const source = JSON.stringify(definition.source)
  const stem = path.basename(definition.file).replace(/\.ya?ml$/, '')
  const name = definition.flavour === undefined ? stem : `${stem}-${definition.flavour}`
  return `${name}-${sha256(Buffer.from(`${definition.file}\0${source}`)).slice(0, 12)}`
}

/** Puts source and series into the work tree; the tree stays as it was when the series does not apply. */
async function prepareTree(ingredients: Ingredients, home: string, context: BuildContext): Promise<void> {
  const { identity, patches } = ingredients
  const pristine = treeOf(context.cache, identity)
  const scratch = path.join(home, 'scratch')
  await rm(scratch, { recursive: true, force: true })
  await using done = new AsyncDisposableStack()
  done.defer(async () => rm(scratch, { recursive: true, force: true }))
  const files = await untouchedFiles(context, identity.directory)
  if (files === undefined) {
    await discardTree(context.cache, identity.directory)
    throw new SourceTouched(`${pristine} is not as it was unpacked`)
  }
  context.progress({ type: 'phase', phase: 'series', detail: `${patches.length} patches` })
  const overlay = await applySeries(patches, pristine, scratch, context)
  await updateTree(path.join(home, 'tree'), { pristine, files, overlay }, context.signal)
}

/**
 * Objects of a build that was killed may be half written and newer than their sources. So a mark lies beside them
 * while a build runs; where it is found, what was written last is thrown away and made again.
 */
async function withObjects(home: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const mark = path.join(home, 'building')
  const isMarked = await readFile(mark).then(
    () => true,
    () => false,
  )
  if (isMarked) await discardRecent(path.join(home, 'tree', objectsName), signal)
  await writeWhole(mark, `${process.pid}\n`)
  try {
    await work()
  } catch (error) {
    // make came to its end by itself, and what it left is whole.
    if (error instanceof BuildError) await rm(mark, { force: true })
    throw error
  }
  await rm(mark, { force: true })
}

/** Longer than any file takes to be written, and than the system keeps data before it is on the disk. */
const recentSeconds = 120

/** Removes the files of a tree that were written within two minutes before the last one. */
export async function discardRecent(directory: string, signal: AbortSignal): Promise<void> {
  await mkdir(directory, { recursive: true })
  const files = [...(await listTree(directory, signal))].map(([name, entry]) => ({
    name,
    time: Number(entry.time),
  }))
  const last = Math.max(...files.map((file) => file.time))
  for (const { name, time } of files) {
    if (last - time < recentSeconds) await rm(path.join(directory, name), { force: true })
  }
}

async function compile(
  tree: string,
  home: string,
  name: string,
  options: MakeOptions,
  context: BuildContext,
): Promise<number> {
  const countFile = path.join(home, 'objects.json')
  const known = await readJson(countFile)
  const expected = typeof known === 'number' ? known : undefined
  const isFirst = expected === undefined
  let built = 0
  context.progress({ type: 'phase', phase: 'compile', detail: `${options.jobs} jobs` })
  const result = await make(tree, targets, {
    ...options,
    onLine: (line) => {
      if (!/^ {2}(CC|AS) {2,}/.test(line)) return
      built += 1
      context.progress({ type: 'objects', built, expected })
    },
  })
  if (result.exitCode === 0) {
    if (isFirst || built > expected) await writeWhole(countFile, JSON.stringify(built))
    return built
  }
  const full = noSpaceError(result.stderr, `the build of ${name}`)
  if (full !== undefined) throw full
  const found = splats(`${result.stderr}\n${result.stdout}`)
  const why = result.timedOut ? 'it took too long' : (found[0] ?? `make ended with ${result.exitCode}`)
  throw new BuildError('KERNEL_BUILD_FAILED', `${name} does not compile: ${why}`, {
    tail: found.length > 1 ? found.slice(0, 20) : lastLines(result),
    hint: `the whole log is ${options.logFile}`,
  })
}

async function stripDebugInfo(from: string, to: string, context: BuildContext): Promise<void> {
  await succeed(
    'strip',
    ['--strip-debug', '-o', to, from],
    { signal: context.signal, stage: 'stripping vmlinux' },
    (result) => new BuildError('KERNEL_BUILD_FAILED', 'strip failed on vmlinux', { tail: lastLines(result) }),
  )
}

/** User and system time of the children that we have waited for, theirs included: Node does not tell. */
async function childCpuSeconds(): Promise<number> {
  const status = await readFile('/proc/self/stat', 'utf8')
  // The name of the program, in parentheses, may contain anything; utime is the 12th field after it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  const ticksPerSecond = 100
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}
