// The notes of a kernel that counts, unpacked: gcov reads the counters of an instance with them.
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { extract } from 'tar'
import { InfraError } from '../../base/errors.ts'
import { objectsName } from '../../kernel/source/listing.ts'
import { run } from '../../process/run-program.ts'
import { countedObject, type CountedObject } from './counter-stream.ts'
import { countsOf } from './gcov-json.ts'
import type { LineCounts } from './line-counts.ts'

/** The notes of a kernel. Disposal removes them. */
export interface Notes extends AsyncDisposable {
  readonly objects: readonly CountedObject[]
  /**
   * Reads the counters of some objects.
   * @throws {InfraError} GCOV_FAILED
   */
  count(this: void, counters: ReadonlyMap<string, Buffer>, signal: AbortSignal): Promise<Map<string, LineCounts>>
}

const gcovMilliseconds = 120_000
/** Counters come from an instance, and gcov is a program in C: it gets at most this memory, in bytes. */
const mostMemory = 2 ** 31

/** Unpacks the archive of a build's notes. */
export async function openNotes(archive: string): Promise<Notes> {
  await using stack = new AsyncDisposableStack()
  const { path: directory } = stack.use(await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-notes-')))
  await extract({ file: archive, cwd: directory, strict: true })
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.gcno')).toSorted()
  const objects = await Promise.all(
    files.map(async (file) => countedObject(file.replace(/\.gcno$/, ''), await readFile(path.join(directory, file)))),
  )
  const kept = stack.move()
  return {
    objects,
    count: (counters, signal) => countIn(directory, counters, signal),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function countIn(
  directory: string,
  counters: ReadonlyMap<string, Buffer>,
  signal: AbortSignal,
): Promise<Map<string, LineCounts>> {
  const names = [...counters.keys()]
  if (names.length === 0) return new Map()
  for (const [name, content] of counters) await writeFile(path.join(directory, `${name}.gcda`), content)
  const words = ['--json-format', '--stdout', ...names.map((name) => `${name}.gcda`)]
  const limits = [`--as=${mostMemory}`, '--core=0']
  const result = await run('prlimit', [...limits, '--', 'gcov', ...words], {
    signal,
    timeout: gcovMilliseconds,
    cwd: directory,
  })
  const texts = result.stdout.split('\n').filter((line) => line !== '')
  if (result.exitCode === 0 && result.stderr === '' && texts.length === names.length) {
    return new Map(names.map((name, index) => [name, countsOf(texts[index] ?? '', objectsName)]))
  }
  const tail = result.stderr.split('\n').filter((line) => line !== '')
  throw new InfraError('GCOV_FAILED', 'gcov cannot read the counters of the instance', {
    tail: tail.slice(0, 5),
    hint: 'use the gcov of the gcc that built the kernel: gcov --version',
  })
}
