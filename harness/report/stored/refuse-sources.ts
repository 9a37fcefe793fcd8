// A report never replaces the events that it is made of.
import { UsageError } from '../../base/errors.ts'
import { realPlace } from './real-place.ts'
import type { ReportTarget } from '../targets.ts'

/** @throws {UsageError} OPTION_VALUE when a report would overwrite a file with the events that it is made of */
export async function refuseSources(sources: readonly string[], targets: readonly ReportTarget[]): Promise<void> {
  const own = new Map<string, string>()
  for (const source of sources) own.set(await realPlace(source), source)
  for (const { to } of targets) {
    if (typeof to === 'string' || !('path' in to)) continue
    const source = own.get(await realPlace(to.path))
    if (source === undefined) continue
    throw new UsageError('OPTION_VALUE', `--report would overwrite ${source}, from which it is made`, {
      hint: 'name another file',
    })
  }
}
