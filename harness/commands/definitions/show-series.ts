// The work of `gmemtest series show`: the facts of a series, and the proof of its build if there is one.
import { cacheDirectory } from '../../base/paths.ts'
import { exitCodes } from '../../base/errors.ts'
import { provideKernel, lookUpKernel } from '../../kernel/provide.ts'
import { prerequisiteName } from '../../kernel/mails/base-facts.ts'
import { proofOfPatches } from '../../kernel/proof/series-proof.ts'
import { patchesOf, readParts, type ReadPart } from '../../kernel/series.ts'
import { seriesWords } from '../../kernel/definition/compose.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'
import type { KernelOptions } from '../job-options.ts'
import { chosenDefinition } from './kernel-choice.ts'
import { metLine, partLines, patchLines } from './proof-lines.ts'
import { requireEnvironment } from '../require-environment.ts'

/** Prints a series, and returns the exit code. A source is not needed; with a kernel that is built, its tree hash is printed too. */
export async function showSeries(
  options: KernelOptions & { readonly refresh?: true },
  { stdout, stderr, signal }: CommandContext,
): Promise<number> {
  await requireEnvironment()
  const isAlone = options.kernel === undefined && options.source === undefined
  const context = { cache: cacheDirectory(), signal, refresh: options.refresh ?? false, progress: () => undefined }
  const print = (lines: readonly string[]): void =>
    void stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''))
  if (isAlone) {
    const telling = {
      ...context,
      progress: (each: { type: string; message?: string }) => {
        if (each.type === 'notice') stderr.write(`gmemtest: ${plainText(each.message ?? '')}\n`)
      },
    }
    print(await factLines(await readParts(seriesWords(options.series ?? [], process.cwd()), telling), context))
    return exitCodes.ok
  }
  const definition = await chosenDefinition(options, { signal, stderr })
  const { isStored } = await lookUpKernel(definition, context)
  if (!isStored) {
    print(await factLines(await readParts(definition.series, context), context))
    return exitCodes.ok
  }
  const { provenance, key } = await provideKernel(definition, context)
  const parts = await readParts(definition.series, context)
  print([
    ...parts.flatMap((part) => partLines(part, provenance.source.facts['commit'])),
    ...patchLines(provenance.patches),
    ...provenance.prerequisites.map(metLine),
    `source: ${provenance.source.version}`,
    ...(provenance.tree === undefined ? [] : [`source tree: ${provenance.sourceTree}`, `tree: ${provenance.tree}`]),
    `patchset_hash: ${provenance.patchsetHash}`,
    `build: ${key}`,
  ])
  return exitCodes.ok
}

async function factLines(parts: readonly ReadPart[], context: { readonly signal: AbortSignal }): Promise<string[]> {
  const { patches, patchsetHash } = await proofOfPatches(patchesOf(parts), context)
  return [
    ...parts.flatMap((part) => [...partLines(part), ...part.series.prerequisites.map(prerequisiteName)]),
    ...patchLines(patches),
    `patchset_hash: ${patchsetHash}`,
  ]
}
