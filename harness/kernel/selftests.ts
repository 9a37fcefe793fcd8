// The kernel's own selftests, built from the tree of that kernel as static programs for the instance.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isStaticProgram } from '../process/executable.ts'
import type { KernelDefinition } from './definition/definition.ts'
import { BuildError } from '../base/errors.ts'
import { hasShape } from '../base/has-shape.ts'
import { plural } from '../base/plural.ts'
import { fullName, type SelftestName } from './definition/selftest-name.ts'
import type { Ingredients } from './ingredients.ts'
import { lastLines, succeed } from './command.ts'
import { requireTools } from './kernel-compiler.ts'
import { exists, readJson, rememberJson } from '../cache/atomic-file.ts'
import { keyOf } from '../cache/hash.ts'
import { addProduct, isStored, lockFor } from './kernel-store.ts'
import { errorLines } from './make.ts'
import type { BuildContext } from './provide-progress.ts'
import { collect, withSource } from './provide.ts'
import { headersOf, inScratch, makeHeaders, makeIn, testsOf, timeoutOf, unknown } from './selftest-workshop.ts'
import type { Workshop } from './selftest-workshop.ts'
import { identifySource } from './source.ts'
import { storeEntry, type Shelf } from '../cache/store.ts'

/** A built selftest. */
export interface Selftest extends SelftestName {
  /** The static program, in the cache. */
  readonly program: string
  /** How long it may take on real hardware, in seconds: the limit of its target, or the default of kselftest. */
  readonly timeout: number
}

/** A selftest to build. */
export interface WantedSelftest extends SelftestName {
  /** A tree that does not have it is no mistake. */
  readonly ifPresent?: true
}

/** A selftest that does not compile. */
export interface BrokenSelftest extends SelftestName {
  readonly error: BuildError
}

const names = { program: 'program', facts: 'build.json', log: 'build.log' } as const
/** Part of the key. Raise it when the same ingredients make another product. */
const recipe = 1

function shelfOf(cache: string): Shelf {
  return { root: path.join(cache, 'selftests'), products: Object.values(names), readsAll: false }
}

/**
 * Finds the programs in the store, or builds them from the source of the definition with its series. Those that are wanted
 * only if they are present are missing in the result if the tree lacks them.
 * @throws {UsageError} SELFTEST_UNKNOWN with the nearest names
 * @throws {BuildError} for a series that does not apply, or when no test can be built at all
 * @throws {InfraError} when this computer lacks a program, space or the network
 */
export async function provideSelftests(
  definition: KernelDefinition,
  wanted: readonly WantedSelftest[],
  context: BuildContext,
): Promise<(Selftest | BrokenSelftest)[]> {
  const known = await identifySource(definition.source, context)
  if (known !== undefined) {
    const ingredients = await collect(definition, known, context)
    const present = await withoutAbsent(wanted, ingredients, context)
    const stored = await Promise.all(present.map((name) => recall(name, ingredients, context)))
    const found = stored.filter((test) => test !== undefined)
    if (found.length === present.length) return found
  }
  requireTools()
  return withSource(definition, context, false, (ingredients) => buildMissing(ingredients, wanted, context))
}

/**
 * Lists the names of all programs of a target, sorted.
 * @throws {UsageError} SELFTEST_UNKNOWN when the kernel has no such target
 */
export async function listSelftests(
  definition: KernelDefinition,
  target: string,
  context: BuildContext,
): Promise<string[]> {
  requireTools()
  const tests = await withSource(definition, context, false, (ingredients) =>
    inScratch(ingredients, context, (workshop) => testsOf(target, workshop)),
  )
  return tests.map((test) => fullName({ target, test: path.basename(test) })).toSorted()
}

/** Returns the key of a test, or of all tests. The options of the kernel do not count: the programs do not depend on them. */
function selftestKey({ identity, patches, compiler }: Ingredients, name?: SelftestName): string {
  return keyOf({
    recipe,
    source: identity.content,
    patches: patches.map((patch) => patch.content),
    compiler,
    ...(name === undefined ? {} : { test: fullName(name) }),
  })
}

/** The file that says that a tree has no such selftest. */
function absenceOf(name: SelftestName, ingredients: Ingredients, { cache }: Pick<BuildContext, 'cache'>): string {
  return path.join(cache, 'absent-selftests', `${selftestKey(ingredients, name)}.json`)
}

/** Returns the wanted tests without those that this tree is known to lack. */
async function withoutAbsent(
  wanted: readonly WantedSelftest[],
  ingredients: Ingredients,
  context: BuildContext,
): Promise<readonly WantedSelftest[]> {
  const isAbsent = await Promise.all(
    wanted.map(async (name) => name.ifPresent === true && (await exists(absenceOf(name, ingredients, context)))),
  )
  return wanted.filter((_, index) => isAbsent[index] !== true)
}

async function recall(
  name: SelftestName,
  ingredients: Ingredients,
  context: BuildContext,
): Promise<Selftest | undefined> {
  const shelf = shelfOf(context.cache)
  const key = selftestKey(ingredients, name)
  if (!(await isStored(shelf, key, context))) return undefined
  const directory = path.join(shelf.root, key)
  const facts = await readJson(path.join(directory, names.facts))
  if (!hasShape(facts, { timeout: 'number' })) return undefined
  return { ...name, program: path.join(directory, names.program), timeout: facts.timeout }
}

/** Builds the tests that the store lacks. One builder makes the tests of a tree; the others wait and find them. */
async function buildMissing(
  ingredients: Ingredients,
  wanted: readonly WantedSelftest[],
  context: BuildContext,
): Promise<(Selftest | BrokenSelftest)[]> {
  const lockName = `selftests-${selftestKey(ingredients)}`
  await using lock = await lockFor(context, lockName, 'is building these selftests')
  void lock
  const missing: WantedSelftest[] = []
  for (const name of await withoutAbsent(wanted, ingredients, context)) {
    if ((await recall(name, ingredients, context)) === undefined) missing.push(name)
  }
  const build = (workshop: Workshop): Promise<Errors> => buildAll(missing, ingredients, workshop)
  const errors: Errors = missing.length === 0 ? new Map() : await inScratch(ingredients, context, build)
  const results = (await withoutAbsent(wanted, ingredients, context)).map(async (name) => {
    const error = errors.get(fullName(name))
    if (error !== undefined) return { ...name, error }
    const test = await recall(name, ingredients, context)
    return test ?? { ...name, error: new BuildError('SELFTEST_LOST', `${fullName(name)} was not stored`) }
  })
  return Promise.all(results)
}

/** The errors of the tests that cannot be built, by their full names. */
type Errors = ReadonlyMap<string, BuildError>

/** Builds and stores tests. */
async function buildAll(
  missing: readonly WantedSelftest[],
  ingredients: Ingredients,
  workshop: Workshop,
): Promise<Errors> {
  const { context } = workshop
  const errors = new Map<string, BuildError>()
  const targets = Map.groupBy(missing, ({ target }) => target)
  // Checks all names before the first compilation: a mistyped name shows at once.
  const goals = new Map<string, ReadonlyMap<SelftestName, string>>()
  for (const [target, tests] of targets) {
    const known = await testsOf(target, workshop)
    const isThere = ({ test }: WantedSelftest): boolean => known.some((file) => path.basename(file) === test)
    for (const name of tests.filter((each) => each.ifPresent === true && !isThere(each))) {
      await rememberJson(absenceOf(name, ingredients, context), fullName(name))
    }
    goals.set(
      target,
      goalsOf(
        tests.filter((name) => name.ifPresent !== true || isThere(name)),
        known,
      ),
    )
  }
  context.progress({ type: 'phase', phase: 'compile', detail: plural(missing.length, 'selftest') })
  await makeHeaders(workshop)
  for (const [target, paths] of goals) {
    const output = path.join(workshop.scratch, 'out', target)
    const programs = Array.from(paths.values(), (test) => path.join(output, test))
    const settings = [`KHDR_INCLUDES=-isystem ${headersOf(workshop)}`, 'USERLDFLAGS=-static']
    const result = await makeIn(target, workshop, ['-k', ...settings, ...programs])
    context.signal.throwIfAborted()
    const timeout = await timeoutOf(target, workshop)
    for (const [name, test] of paths) {
      const program = path.join(output, test)
      const error = await flawOf(name, program, `${result.stderr}\n${result.stdout}`)
      if (error === undefined) await keep(program, timeout, selftestKey(ingredients, name), workshop)
      else errors.set(fullName(name), error)
    }
  }
  return errors
}

async function keep(program: string, timeout: number, key: string, workshop: Workshop): Promise<void> {
  const { context, make } = workshop
  await storeEntry(shelfOf(context.cache), key, async (directory) => {
    // Two thirds of a program are debug info, which would go through an emulated network.
    await succeed(
      'strip',
      ['--strip-debug', '-o', path.join(directory, names.program), program],
      { signal: context.signal, stage: 'stripping a selftest' },
      (result) => new BuildError('SELFTEST_BROKEN', `strip failed on ${program}`, { tail: lastLines(result) }),
    )
    await writeFile(path.join(directory, names.facts), JSON.stringify({ timeout }))
    await addProduct(make.logFile, directory, names.log)
  })
}

/** Returns why the instance cannot run a program; undefined when it can. */
async function flawOf(name: SelftestName, program: string, output: string): Promise<BuildError | undefined> {
  const what = fullName(name)
  if (await exists(program)) {
    if (isStaticProgram(program)) return undefined
    return new BuildError('SELFTEST_DYNAMIC', `${what} is not linked statically, and the instance has no libraries`, {
      hint: 'make the Makefile of its target keep USERLDFLAGS in LDFLAGS',
    })
  }
  const all = errorLines(output)
  const own = all.filter((line) => line.includes(`${name.test}.`))
  const tail = (own.length > 0 ? own : all).slice(0, 20)
  const [first = 'make did not say why'] = tail
  return new BuildError('SELFTEST_BUILD_FAILED', `${what} does not compile: ${first}`, { tail })
}

/** Returns for each name the path at which make builds the program. */
function goalsOf(wanted: readonly SelftestName[], tests: readonly string[]): ReadonlyMap<SelftestName, string> {
  return new Map(
    wanted.map((name) => {
      const found = tests.find((test) => path.basename(test) === name.test)
      if (found !== undefined) return [name, found]
      const known = tests.map((test) => fullName({ target: name.target, test: path.basename(test) }))
      throw unknown(`the target ${name.target} of this kernel has no test '${name.test}'`, fullName(name), known)
    }),
  )
}
