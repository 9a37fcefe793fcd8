// The kernel that the options of a verb name: a definition, words of the command line, or both.
import { UsageError } from '../../base/errors.ts'
import { hasWords, type KernelWords } from '../../kernel/definition/compose.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import { composeUsableDefinition, loadUsableDefinition } from '../../kernel/usable.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'
import type { KernelOptions } from '../job-options.ts'

/**
 * Loads the definition that the options name, and tells what its series leaves out.
 * @throws {UsageError} USAGE for a source beside a definition, and the errors of `loadUsableDefinition`
 */
export async function chosenDefinition(
  options: KernelOptions & { readonly refresh?: true },
  { signal, stderr }: Pick<CommandContext, 'signal' | 'stderr'>,
): Promise<KernelDefinition> {
  const words = kernelWords(options)
  const loading = {
    signal,
    refresh: options.refresh ?? false,
    tell: (sentence: string) => void stderr.write(`gmemtest: ${plainText(sentence)}\n`),
  }
  if (!hasWords(words)) return await loadUsableDefinition(options.kernel ?? defaultKernel, loading)
  if (options.source !== undefined && options.kernel !== undefined) {
    throw new UsageError('USAGE', `--kernel ${options.kernel} has a source, and --source names another one`, {
      hint: 'leave one of the two out; --kernel NAME --series WHAT puts patches on top of a definition',
    })
  }
  const isWhole = options.source !== undefined || options.series !== undefined
  return await composeUsableDefinition(
    isWhole ? options.kernel : (options.kernel ?? defaultKernel),
    words,
    process.cwd(),
    loading,
  )
}

/** Returns what the options say beside the name of a definition. */
export function kernelWords({ source, series, fragment, dialect, inSource, ...rest }: KernelOptions): KernelWords {
  return {
    ...(source === undefined ? {} : { source }),
    ...(series === undefined ? {} : { series }),
    ...(fragment === undefined ? {} : { fragment }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(inSource === undefined ? {} : { inSource }),
    ...(rest['3way'] === undefined ? {} : { threeWay: true }),
  }
}
