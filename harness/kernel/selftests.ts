// The kernel's own selftests, from the very tree that a kernel is built from, as static programs for the guest.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { isStaticProgram } from '../process/executable.ts'
import type { KernelDefinition } from '../project/definition.ts'
import { BuildError, UsageError } from '../project/errors.ts'
import { nearest } from '../project/near.ts'
import { fullName } from '../project/selftest-name.ts'
import type { SelftestName } from '../project/selftest-name.ts'
import { inWorkTree } from './build.ts'
import type { Ingredients } from './build.ts'
import { lastLines, succeed } from './command.ts'
import { requireTools } from './compiler.ts'
import { readJson, sha256 } from './files.ts'
import { takeLock } from './lock.ts'
import { complaints, makeArguments, runMake } from './make.ts'
import type { MakeOptions } from './make.ts'
import type { BuildContext } from './progress.ts'
import { collect, withSource } from './provide.ts'
import { identifySource } from './source.ts'
import { addProduct, entryOf, findEntry, removeLeftovers, storeEntry } from './store.ts'
import type { Shelf } from './store.ts'

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
const selftestsDirectory = 'tools/testing/selftests'
const defaultTimeout = 45
/** What a target gets that wants no limit. */
const longestTimeout = 3600

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

/** Where programs are built: the tree with its series, and a directory for what becomes of it. */
interface Workshop {
  readonly tree: string
  readonly scratch: string
  readonly make: MakeOptions
  readonly context: BuildContext
}

/** Nothing of an earlier build is used: of most targets, make does not know which headers a program includes. */
async function inScratch<Result>(
  ingredients: Ingredients,
  context: BuildContext,
  work: (workshop: Workshop) => Promise<Result>,
): Promise<Result> {
  return inWorkTree(ingredients, context, async (home) => {
    const scratch = path.join(home, 'selftests')
    await using done = new AsyncDisposableStack()
    done.defer(() => rm(scratch, { recursive: true, force: true }))
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch)
    const make = {
      signal: context.signal,
      jobs: availableParallelism(),
      logFile: path.join(scratch, names.log),
    }
    return await work({ tree: path.join(home, 'tree'), scratch, make, context })
  })
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
    const timeout = await timeoutOf(path.join(workshop.tree, selftestsDirectory, target))
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
  const found = complaints(output)
  const own = found.filter((line) => line.includes(`${name.test}.`))
  const [first = 'make did not say why'] = own.length > 0 ? own : found
  return new BuildError('SELFTEST_BUILD_FAILED', `${what} does not compile: ${first}`, {
    tail: (own.length > 0 ? own : found).slice(0, 20),
  })
}

/** What user space sees of this kernel: the programs are compiled against it, and not against this machine's. */
async function makeHeaders(workshop: Workshop): Promise<void> {
  const { tree, make } = workshop
  const objects = path.join(workshop.scratch, 'objects')
  // Not headers_install: that copies what this makes to another place, with rsync.
  const result = await runMake(tree, makeArguments(tree, ['headers'], 'gcc', objects), make)
  if (result.exitCode === 0) return
  const [first = `make ended with ${result.exitCode}`] = complaints(`${result.stderr}\n${result.stdout}`)
  throw new BuildError('SELFTEST_BUILD_FAILED', `the headers of this kernel cannot be made: ${first}`, {
    tail: lastLines(result),
  })
}

function headersOf({ scratch }: Workshop): string {
  return path.join(scratch, 'objects/usr/include')
}

async function makeIn(
  target: string,
  { tree, scratch, make }: Workshop,
  args: readonly string[],
): ReturnType<typeof runMake> {
  const output = path.join(scratch, 'out', target)
  await mkdir(output, { recursive: true })
  return runMake(tree, ['-C', path.join(tree, selftestsDirectory, target), `OUTPUT=${output}`, ...args], make)
}

/**
 * The programs of a target, as paths below its output: `x86_64/private_mem_conversions_test`.
 * @throws {UsageError} SELFTEST_UNKNOWN when there is no such target
 */
async function testsOf(target: string, workshop: Workshop): Promise<string[]> {
  const all = path.join(workshop.tree, selftestsDirectory)
  const isThere = await readFile(path.join(all, target, 'Makefile')).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    const targets = (await readdir(all, { withFileTypes: true })).filter((entry) => entry.isDirectory())
    throw unknown(
      `the selftests of this kernel have no target '${target}'`,
      target,
      targets.map(({ name }) => name),
    )
  }
  // Its Makefile knows: what there is depends on the architecture.
  const goal = 'gmemtest-list'
  const print = `--eval=${goal}: ; @printf 'test %s\\n' $(TEST_GEN_PROGS)`
  const result = await makeIn(target, workshop, ['-s', print, goal])
  if (result.exitCode !== 0) {
    throw new BuildError('SELFTEST_BUILD_FAILED', `make cannot read the Makefile of the target ${target}`, {
      tail: lastLines(result),
    })
  }
  const output = path.join(workshop.scratch, 'out', target)
  return [...result.stdout.matchAll(/^test (.+)$/gm)].map(([, file = '']) => path.relative(output, file))
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

function unknown(message: string, typed: string, known: readonly string[]): UsageError {
  const near = nearest(typed, known)
  return new UsageError('SELFTEST_UNKNOWN', message, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(', ')}?`
        : 'gmemtest kselftest --list prints the tests of a target',
  })
}

/** How long a program of a target may take, in seconds. */
async function timeoutOf(directory: string): Promise<number> {
  const settings = await readFile(path.join(directory, 'settings'), 'utf8').catch(() => '')
  const text = /^timeout=(\d+)/m.exec(settings)?.[1]
  const seconds = text === undefined ? defaultTimeout : Number(text)
  return seconds === 0 ? longestTimeout : seconds
}
