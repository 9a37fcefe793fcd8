// The text of a result for formats that have one text for each: what a reader needs without the other files of the run.
import { isRed } from './meaning/change.ts'
import type { TestPoint } from './events.ts'
import { diagnosticFields } from './diagnostic-fields.ts'
import type { Result } from './gather.ts'
import { shortened } from './tidy.ts'
import { yamlLines } from './tap/yaml-block.ts'

/** Returns the lines about a result; none for one that passed without anything to tell. */
export function detailLines(result: Result): string[] {
  const { verdict, diagnostic, message, retried, splats = [], again, repeated } = result
  const isFailure = isRed(result) || (verdict !== 'PASS' && verdict !== 'SKIP')
  const facts =
    isFailure && diagnostic !== undefined
      ? yamlLines(diagnosticFields(result))
      : [
          ...(isFailure ? yamlLines({ verdict, problem: message ?? verdict }) : []),
          ...(repeated === undefined ? [] : yamlLines({ when_repeated: repeated })),
          ...(retried === undefined ? [] : yamlLines({ first_try: retried })),
          ...(isFailure && again !== undefined ? yamlLines({ again }) : []),
        ]
  const seen = splats.map(
    ({ fingerprint, title, allowed, isNew }) =>
      `${isNew === true ? 'new ' : ''}splat ${fingerprint}: ${title}${allowed === undefined ? '' : ` (${allowed})`}`,
  )
  const points = (result.points ?? []).flatMap((point) => pointLines(point, ''))
  return [...facts, ...seen, ...points].map((line) => shortened(line))
}

function pointLines({ ok, name, directive, reason = '', points = [] }: TestPoint, indent: string): string[] {
  const note = directive === undefined ? '' : ` # ${directive} ${reason}`
  return [
    ...points.flatMap((below) => pointLines(below, `${indent}  `)),
    `${indent}${ok ? 'ok' : 'not ok'} - ${name}${note}`,
  ]
}
