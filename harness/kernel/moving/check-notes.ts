// Checks the files of an archive that are no kernels, before they replace those of the cache.
import { z } from 'zod'
import { refusedArchive } from './unpack-archive.ts'

const text = z.string().max(4000)

/** The identity of a source. Its directory is a name: the harness removes the directory when it is outdated. */
const pinSchema = z.strictObject({
  kind: z.enum(['debian', 'tarball', 'git', 'dir']),
  content: text,
  version: text,
  directory: z.string().regex(/^[A-Za-z0-9][\w.+~:@-]{0,200}$/),
  facts: z.record(z.string().max(100), text),
  repeat: z.array(text).max(100),
})

/** The part of a provenance that an import needs. */
const provenanceSchema = z.object({
  key: z.string(),
  definition: z.string().max(200),
  compiler: text,
  release: text,
  repeat: z.array(z.string()),
  source: z.object({ content: text }),
})

const durationsSchema = z.record(z.string().max(300), z.number().nonnegative().max(1e9))

/** @throws {UsageError} ARCHIVE_REFUSED unless a value is the provenance of the kernel with this key */
export function checkProvenance(key: string, value: unknown): z.infer<typeof provenanceSchema> {
  const { success, data } = provenanceSchema.safeParse(value)
  if (success && data.key === key) return data
  throw refusedArchive(`the provenance of ${key} is that of another kernel`)
}

/** @throws {UsageError} ARCHIVE_REFUSED unless a value is the identity of a source with one of these contents */
export function checkPin(name: string, value: unknown, contents: ReadonlySet<string>): unknown {
  const { success, data } = pinSchema.safeParse(value)
  if (!success) throw refusedArchive(`'${name}' is no identity of a source`)
  if (contents.has(data.content)) return data
  throw refusedArchive(`'${name}' is the identity of a source that none of its kernels was built from`)
}

/** @throws {UsageError} ARCHIVE_REFUSED unless a value has the milliseconds of scenarios */
export function checkDurations(name: string, value: unknown): unknown {
  const { success, data } = durationsSchema.safeParse(value)
  if (success) return data
  throw refusedArchive(`'${name}' has no durations of scenarios`)
}
