// The kernel's own selftests, from the very tree that a kernel is built from, as static programs for the guest.
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isStaticProgram } from '../process/executable.ts'
import type { KernelDefinition } from './definition/definition.ts'
import { BuildError } from '../base/errors.ts'
import { fullName } from './definition/selftest-name.ts'
import type { SelftestName } from './definition/selftest-name.ts'
import type { Ingredients } from './build-kernel.ts'
import { lastLines, succeed } from './command.ts'
import { requireTools } from './kernel-compiler.ts'
import { readJson, sha256 } from '../cache/atomic-file.ts'
import { takeLock } from '../cache/lock.ts'
import { splats } from './make.ts'
import type { BuildContext } from './provide-progress.ts'
import { collect, withSource } from './provide.ts'
import {
  headersOf,
  inScratch,
  makeHeaders,
  makeIn,
  testsOf,
  timeoutOf,
  unknown,
} from './selftest-workshop.ts'
import type { Workshop } from './selftest-workshop.ts'
import { identifySource } from './source.ts'
import { addProduct, entryOf, findEntry, removeLeftovers, storeEntry } from '../cache/store.ts'
import type { Shelf } from '../cache/store.ts'

/** A selftest that has been built. */
export interface Selftest extends SelftestName {
  /** The static program, in the cache. */
  readonly program: string
  /** How long it may take on real hardware, in seconds: what its target says, or what kselftest allows. */
  readonly timeout: number
}

/** A selftest that does not compile. */
export interface BrokenSelftest extends SelftestName {
  readonly error: BuildError
}

const names = { program: 'program', facts: 'build.json', log: 'build.log' } as const
const shelf: Shelf = { directory: 'selftests', products: Object.values(names) }
/** Part of the key: counted up when the same ingredients are made into something else. */
const recipe = 1

/**
 * Finds the programs in the store, or builds them from the source of the definition with its series.
 * @throws {UsageError} SELFTEST_UNKNOWN with what is near
 * @throws {BuildError} for a series that does not apply, or when no test can be built at all
 * @throws {InfraError} for a machine that lacks something
 */
export async function provideSelftests(
  definition: KernelDefinition,
  wanted: readonly SelftestName[],
  context: BuildContext,
): Promise<(Selftest | BrokenSelftest)[]> {
  const known = await identifySource(definition.source, context)
  if (known !== undefined) {
    const ingredients = await collect(definition, known, context)
    const stored = await Promise.all(wanted.map((name) => recall(name, ingredients, context)))
    const found = stored.filter((test) => test !== undefined)
    if (found.length === wanted.length) return found
  }
  await requireTools()
  return withSource(definition, context, false, (ingredients) => buildMissing(ingredients, wanted, context))
}

/**
 * The names of all programs of a target, sorted.
 * @throws {UsageError} SELFTEST_UNKNOWN when there is no such target
 */
export async function listSelftests(
  definition: KernelDefinition,
  target: string,
  context: BuildContext,
): Promise<string[]> {
  await requireTools()
  const tests = await withSource(definition, context, false, (ingredients) =>
    inScratch(ingredients, context, (workshop) => testsOf(target, workshop)),
  )
  return tests.map((test) => fullName({ target, test: path.basename(test) })).toSorted()
}

/** The store's entry for a test. The options of the kernel are no part of its key: the programs know nothing of them. */
function keyOf({ identity, patches, compiler }: Ingredients, name?: SelftestName): string {
  const made = {
    recipe,
    source: identity.content,
    patches: patches.map((patch) => patch.content),
    compiler,
    ...(name === undefined ? {} : { test: fullName(name) }),
  }
  return sha256(Buffer.from(JSON.stringify(made))).slice(0, 32)
}

async function recall(
  name: SelftestName,
  ingredients: Ingredients,
  context: BuildContext,
): Promise<Selftest | undefined> {
  const key = keyOf(ingredients, name)
  if (!(await findEntry(key, context, false, shelf))) return undefined
  const directory = entryOf(context.cache, key, shelf)
  const facts = await readJson(path.join(directory, names.facts))
  const isTimed = typeof facts === 'object' && facts !== null && 'timeout' in facts
  const timeout = isTimed ? Number(facts.timeout) : Number.NaN
  if (!Number.isFinite(timeout)) return undefined
  return { ...name, program: path.join(directory, names.program), timeout }
}

/** Only one builder makes the tests of a tree; who waited for it finds them. */
async function buildMissing(
  ingredients: Ingredients,
  wanted: readonly SelftestName[],
  context: BuildContext,
): Promise<(Selftest | BrokenSelftest)[]> {
  await using lock = await takeLock(context.cache, `selftests-${keyOf(ingredients)}`, {
    signal: context.signal,
    onWait: (holder) =>
      context.progress({ type: 'phase', phase: 'waiting', detail: `${holder} is building these selftests` }),
  })
  void lock
  await removeLeftovers(context.cache, Date.now(), shelf)
  const missing: SelftestName[] = []
  for (const name of wanted) {
    if ((await recall(name, ingredients, context)) === undefined) missing.push(name)
  }
  const errors =
    missing.length === 0
      ? new Map<string, BuildError>()
      : await inScratch(ingredients, context, (workshop) => buildAll(missing, ingredients, workshop))
  const results = wanted.map(async (name) => {
    const error = errors.get(fullName(name))
    if (error !== undefined) return { ...name, error }
    const test = await recall(name, ingredients, context)
    return test ?? { ...name, error: new BuildError('SELFTEST_LOST', `${fullName(name)} was not stored`) }
  })
  return Promise.all(results)
}

/** Builds and stores them; answers with those that cannot be built, by their full names. */
async function buildAll(
  missing: readonly SelftestName[],
  ingredients: Ingredients,
  workshop: Workshop,
): Promise<ReadonlyMap<string, BuildError>> {
  const { context } = workshop
  const errors = new Map<string, BuildError>()
  const targets = Map.groupBy(missing, ({ target }) => target)
  // All names are looked at before anything is compiled: a slip shows at once.
  const goals = new Map<string, ReadonlyMap<SelftestName, string>>()
  for (const [target, tests] of targets) goals.set(target, goalsOf(tests, await testsOf(target, workshop)))
  context.progress({ type: 'phase', phase: 'compile', detail: `${missing.length} selftests` })
  await makeHeaders(workshop)
  for (const [target, paths] of goals) {
    const output = path.join(workshop.scratch, 'out', target)
    const result = await makeIn(target, workshop, [
      '-k',
      `KHDR_INCLUDES=-isystem ${headersOf(workshop)}`,
      'USERLDFLAGS=-static',
      ...[...paths.values()].map((test) => path.join(output, test)),
    ])
    context.signal.throwIfAborted()
    const timeout = await timeoutOf(target, workshop)
    for (const [name, test] of paths) {
      const program = path.join(output, test)
      const error = await flawOf(name, program, `${result.stderr}\n${result.stdout}`)
      if (error === undefined) await keep(program, timeout, keyOf(ingredients, name), workshop)
      else errors.set(fullName(name), error)
    }
  }
  return errors
}

async function keep(program: string, timeout: number, key: string, workshop: Workshop): Promise<void> {
  const { context, make } = workshop
  await storeEntry(
    key,
    context,
    async (directory) => {
      const stored = path.join(directory, names.program)
      // Two thirds of it are debug info, which would go through an emulated network.
      await succeed(
        'strip',
        ['--strip-debug', '-o', stored, program],
        { signal: context.signal, stage: 'stripping a selftest' },
        (result) =>
          new BuildError('SELFTEST_BROKEN', `strip failed on ${program}`, { tail: lastLines(result) }),
      )
      await writeFile(path.join(directory, names.facts), JSON.stringify({ timeout }))
      await addProduct(make.logFile, directory, names.log)
    },
    shelf,
  )
}

/** Why a program is of no use, if it is of none. */
async function flawOf(name: SelftestName, program: string, output: string): Promise<BuildError | undefined> {
  const isThere = await stat(program).then(
    () => true,
    () => false,
  )
  const what = fullName(name)
  if (isThere && isStaticProgram(program)) return undefined
  if (isThere) {
    return new BuildError('SELFTEST_DYNAMIC', `${what} is not linked statically, as the guest needs it`, {
      hint: 'does the Makefile of its target set LDFLAGS in a way that loses USERLDFLAGS?',
    })
  }
  const found = splats(output)
  const own = found.filter((line) => line.includes(`${name.test}.`))
  const [first = 'make did not say why'] = own.length > 0 ? own : found
  return new BuildError('SELFTEST_BUILD_FAILED', `${what} does not compile: ${first}`, {
    tail: (own.length > 0 ? own : found).slice(0, 20),
  })
}

/** For each name the path that make builds it under. */
function goalsOf(
  wanted: readonly SelftestName[],
  tests: readonly string[],
): ReadonlyMap<SelftestName, string> {
  return new Map(
    wanted.map((name) => {
      const found = tests.find((test) => path.basename(test) === name.test)
      if (found !== undefined) return [name, found]
      const known = tests.map((test) => fullName({ target: name.target, test: path.basename(test) }))
      throw unknown(
        `the target ${name.target} of this kernel has no test '${name.test}'`,
        fullName(name),
        known,
      )
    }),
  )
}
