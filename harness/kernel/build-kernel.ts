// One build: the work tree is configured and compiled, and its products go to the store.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../base/errors.ts'
import { plural } from '../base/plural.ts'
import { readJson, writeWhole } from '../cache/atomic-file.ts'
import { sha256OfFile } from '../cache/hash.ts'
import { noSpaceError } from '../cache/space.ts'
import { storeEntry } from '../cache/store.ts'
import { asApplied, goalsOf, repeatByHand, type Provenance } from './build-provenance.ts'
import { lastLines, succeed } from './command.ts'
import { configKey, configure, configureOnce } from './kconfig/configure.ts'
import { sparingVariables } from './gcov/counted-files.ts'
import { keepNotes } from './gcov/keep-notes.ts'
import { addProduct, kernelShelf, notesName, productNames } from './kernel-store.ts'
import type { Ingredients } from './ingredients.ts'
import { inWorkTree, withObjects } from './kernel-tree.ts'
import { errorLines, make, type MakeOptions } from './make.ts'
import { claimsOf, type SeriesProof } from './proof/series-proof.ts'
import type { BuildContext } from './provide-progress.ts'
import { deriveTree } from './trees/derive-tree.ts'
import { noteRecord } from './trees/tree-record.ts'

/**
 * Builds a kernel and stores it. Call it with the lock of the key held.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, OPTION_LOST, CONFIG_FAILED, KERNEL_BUILD_FAILED
 * @throws {InfraError} NO_SPACE, CACHE_PATH
 * @throws {SourceTouched}
 */
export async function buildKernel(ingredients: Ingredients, context: BuildContext, jobs: number): Promise<void> {
  const { definition, identity, patches, requests, compiler, key } = ingredients
  const started = Date.now()
  const cpuBefore = await childCpuSeconds()
  const goals = goalsOf(ingredients)
  const build = async (home: string, proof: SeriesProof): Promise<void> => {
    const tree = path.join(home, 'tree')
    const logFile = path.join(home, productNames.log)
    await rm(logFile, { force: true })
    const makeOptions: MakeOptions = { signal: context.signal, jobs, logFile }
    await noteRecord(home, ingredients)
    await withObjects(home, context.signal, async (objects) => {
      context.progress({ type: 'phase', phase: 'config', detail: plural(requests.length, 'option') })
      const config = path.join(objects, '.config')
      const inputs = configKey({ source: identity.content, patches, requests, compiler })
      await configureOnce(home, { key: inputs, file: config }, () => configure(tree, requests, makeOptions))
      const sparing = definition.counts === 'gcov' ? await sparingIn(tree, patches) : []
      const count = await compile(tree, home, definition.name, [...goals, ...sparing], makeOptions, context)

      context.progress({ type: 'phase', phase: 'store', detail: key })
      const release = (await readFile(path.join(objects, 'include/config/kernel.release'), 'utf8')).trim()
      await storeEntry(kernelShelf(context.cache), key, async (directory) => {
        const vmlinuxDebug = path.join(objects, 'vmlinux')
        await addProduct(vmlinuxDebug, directory, productNames.vmlinuxDebug)
        await addProduct(path.join(objects, 'arch/x86/boot/bzImage'), directory, productNames.bzImage)
        await addProduct(config, directory, productNames.config)
        await addProduct(path.join(objects, 'System.map'), directory, productNames.systemMap)
        await addProduct(logFile, directory, productNames.log)
        if (definition.counts === 'gcov')
          await keepNotes(objects, path.join(directory, notesName), patches, context.signal)
        await succeed(
          'strip',
          ['--strip-debug', '-o', path.join(directory, productNames.vmlinux), vmlinuxDebug],
          { signal: context.signal, stage: 'stripping vmlinux' },
          (result) => new BuildError('KERNEL_BUILD_FAILED', 'strip failed on vmlinux', { tail: lastLines(result) }),
        )
        const { kind, version, content, facts } = identity
        const provenance: Provenance = {
          definition: definition.name,
          key,
          release,
          source: { kind, version, content, facts },
          ...proof,
          ...claimsOf(ingredients),
          compiler,
          configHash: await sha256OfFile(config),
          startTime: new Date(started).toISOString(),
          seconds: (Date.now() - started) / 1000,
          cpuSeconds: Math.round(((await childCpuSeconds()) - cpuBefore) * 10) / 10,
          objects: count,
          repeat: repeatByHand(identity, asApplied(patches, proof), requests, goals),
        }
        await writeFile(path.join(directory, productNames.provenance), JSON.stringify(provenance, undefined, 2))
      })
    })
  }
  await inWorkTree(ingredients, context, build, (home) => deriveTree(home, ingredients, context))
}

async function sparingIn(tree: string, patches: Ingredients['patches']): Promise<string[]> {
  const makefile = await readFile(path.join(tree, 'scripts/Makefile.lib'), 'utf8').catch(() => '')
  return sparingVariables(makefile, patches)
}

/** Compiles the tree; returns how many objects were compiled. */
async function compile(
  tree: string,
  home: string,
  name: string,
  goals: readonly string[],
  options: MakeOptions,
  context: BuildContext,
): Promise<number> {
  const countFile = path.join(home, 'objects.json')
  const known = await readJson(countFile)
  const expected = typeof known === 'number' ? known : undefined
  let built = 0
  context.progress({ type: 'phase', phase: 'compile', detail: `${options.jobs} jobs` })
  const result = await make(tree, goals, {
    ...options,
    onLine: (line) => {
      if (!/^ {2}(CC|AS) {2,}/.test(line)) return
      built += 1
      context.progress({ type: 'objects', built, expected })
    },
  })
  if (result.exitCode === 0) {
    if (expected === undefined || built > expected) await writeWhole(countFile, JSON.stringify(built))
    return built
  }
  const full = noSpaceError(result.stderr, `the build of ${name}`)
  if (full !== undefined) throw full
  const found = errorLines(`${result.stderr}\n${result.stdout}`)
  const why = result.timedOut ? 'it took too long' : (found[0] ?? `make ended with ${result.exitCode}`)
  throw new BuildError('KERNEL_BUILD_FAILED', `${name} does not compile: ${why}`, {
    tail: found.length > 1 ? found.slice(0, 20) : lastLines(result),
    hint: `the whole log is ${options.logFile}`,
  })
}

/** Returns the user and system time, in seconds, of all ended children and of their children; Node has no call for it. */
async function childCpuSeconds(): Promise<number> {
  const status = await readFile('/proc/self/stat', 'utf8')
  // The name of the program, in parentheses, may contain any character; utime is the 12th field after it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  const ticksPerSecond = 100
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}
