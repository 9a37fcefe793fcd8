// Programs as files: YAML that people can read, change and run again.
import { Document, isMap } from 'yaml'
import { z } from 'zod'
import { readYaml, type YamlShape } from '../../../base/yaml/yaml-file.ts'
import { requirementOf } from '../../../base/yaml/schema-words.ts'
import { pageStates } from '../../../uapi/constants.ts'
import { stepKinds } from '../step-kinds.ts'
import type { Step } from '../steps/step-kind.ts'
import type { Program } from './fuzz-program.ts'
import { natural } from '../places/page-places.ts'
import { hugePagesOf, pageSizes } from './world.ts'
import { pagesPerHugePage } from '../../../model/ranges.ts'

/** The version of the form of the file. */
const version = 1
/** The largest file that a program may have, in 4K pages: 4 GiB, the distance of the guest addresses of slots. */
const mostPages = 2 ** 20
const mostSteps = 100
/** Beyond an index of 32 bits. */
const mostGap = 2 ** 33

const names = stepKinds.map(({ name }) => name)

const step = z.looseObject({ do: z.enum(names) }).transform(({ do: name, ...args }, context): Step => {
  const kind = stepKinds.find((candidate) => candidate.name === name)
  const result = kind?.schema.safeParse(args, { error: requirementOf })
  if (result?.success === true) return result.data
  for (const issue of result?.error.issues ?? []) {
    const { path, message } = issue
    const { keys } = issue.code === 'unrecognized_keys' ? issue : { keys: [] }
    if (keys.length > 0) context.issues.push({ code: 'unrecognized_keys', keys, path, input: args })
    else context.issues.push({ code: 'custom', message, path, input: args })
  }
  return z.NEVER
})

const schema = z.strictObject({
  version: z.literal(version),
  pageSize: z.enum(pageSizes),
  pages: z.number().int().min(1).max(mostPages),
  initially: z.enum(pageStates),
  gap: natural.max(mostGap).default(0),
  steps: z.array(step).max(mostSteps),
})

const shape: YamlShape<z.infer<typeof schema>> = {
  schema,
  code: 'PROGRAM_INVALID',
  what: 'a program of gmemtest fuzz',
  keysAt: (place) => (place.length === 0 ? Object.keys(schema.shape) : ['do']),
  mistakesIn: ({ pages, gap, ...file }) => {
    const size = hugePagesOf(file)
    if (size !== undefined && gap > 0) {
      return [{ at: ['gap'], message: `gap is for pages of 4K alone, got pages of ${file.pageSize}` }]
    }
    const unit = size === undefined ? 1 : pagesPerHugePage(size)
    if (pages % unit === 0) return []
    return [
      {
        at: ['pages'],
        message: `pages must be a multiple of ${unit} for huge pages of ${file.pageSize}, got ${pages}`,
      },
    ]
  },
}

/**
 * Reads a program.
 * @throws {UsageError} PROGRAM_INVALID with file, line and column of each mistake
 */
export function parseProgram(file: string, text: string): Program {
  const { steps, pageSize, pages, initially, gap } = readYaml(file, text, shape)
  return { shape: { pageSize, pages, initially, gap }, steps }
}

/** Writes a program, with lines of comment before it. */
export function formatProgram(
  { shape: { pageSize, pages, initially, gap = 0 }, steps }: Program,
  comment: readonly string[],
): string {
  const rows = steps.map(({ name, args }) => ({ do: name, ...args }))
  const far = gap === 0 ? {} : { gap }
  const document = new Document({ version, pageSize, pages, initially, ...far, steps: rows })
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n')
  const list = document.get('steps', true)
  if (list !== undefined && 'items' in Object(list)) {
    for (const index of rows.keys()) {
      const node = document.getIn(['steps', index], true)
      if (isMap(node)) node.flow = true
    }
  }
  return document.toString({ lineWidth: 0 })
}
