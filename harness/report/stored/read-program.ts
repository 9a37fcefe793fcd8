// Reads the program of a failed test, and checks each field: a file may come from anywhere.
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { visibleText } from '../../base/visible-text.ts'
import { programVersion, type ProgramFile } from './program-file.ts'

const text = z.string()
const words = z.record(text, z.string().regex(/^0x[0-9a-f]{1,16}$/))

const operation = z.looseObject({
  name: text,
  process: z.int().nonnegative().exactOptional(),
  request: words,
  bytes: z.base64().exactOptional(),
  line: text,
  errno: z.int().nonnegative().exactOptional(),
  answer: words.exactOptional(),
  answerBytes: z.base64().exactOptional(),
})

const schema: z.ZodType<ProgramFile> = z.looseObject({
  version: z.literal(programVersion),
  protocol: text,
  suite: text,
  name: text,
  title: text,
  kernel: text,
  mutant: text.exactOptional(),
  dialect: text,
  pools: z.record(text, z.int().nonnegative()),
  boot: z.array(text),
  failure: z.looseObject({
    kind: z.enum(['check', 'splat', 'death', 'hang', 'leak', 'warning', 'other']),
    message: text,
    wanted: z.unknown().optional(),
    found: z.unknown().optional(),
    at: text.exactOptional(),
  }),
  isCut: z.literal(true).exactOptional(),
  operations: z.array(operation),
})

/** A journal has at most 16 MiB, and base64 and JSON add to it. */
const mostMebibytes = 64
const otherFile = 'name a program-NAME.json in the results of a run that failed'

/**
 * Reads a program.
 * @throws {UsageError} PROGRAM_INVALID with the field that is wrong, PROGRAM_MISSING, PROGRAM_VERSION
 * @throws {InfraError} RESULTS_UNREADABLE
 */
export async function readProgram(file: string): Promise<ProgramFile> {
  const invalid = (why: string): UsageError =>
    new UsageError('PROGRAM_INVALID', `${file} is not the program of a test: ${visibleText(why)}`, { hint: otherFile })
  let content: string
  try {
    const status = await stat(file)
    if (!status.isFile()) throw invalid('it is no file')
    if (status.size > mostMebibytes * 2 ** 20) throw invalid(`it has more than ${mostMebibytes} MiB`)
    content = await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new UsageError('PROGRAM_MISSING', `there is no ${file}`, { hint: otherFile })
    }
    throw new InfraError('RESULTS_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw invalid(messageOf(error))
  }
  const version: unknown = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version !== programVersion) {
    const message = `${file} is a program of version ${version}, and this gmemtest reads version ${programVersion}`
    throw new UsageError('PROGRAM_VERSION', message, { hint: 'run the test again with this gmemtest' })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(
    issue === undefined ? 'it does not fit the schema' : `${issue.path.map(String).join('.')}: ${issue.message}`,
  )
}
