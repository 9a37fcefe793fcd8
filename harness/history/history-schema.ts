// The tables of the history, and the forms of their rows.
import { z } from 'zod'

/** Marks a SQLite file as a history of gmemtest: the letters GMEM. */
export const applicationId = 0x474d454d

/** The version of the tables; a file of a newer version is neither read nor written. */
export const historyVersion = 1

/** Makes the tables of an empty file. */
export const tables = `
-- With row ids: the names of the tests make a row long, and each result looks its run up.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  time TEXT NOT NULL,
  suite TEXT NOT NULL,
  kernel TEXT NOT NULL,
  -- The key of the build in the cache: runs of one key had the same kernel. Null when no kernel was built.
  key TEXT,
  release TEXT,
  accelerator TEXT,
  isolation TEXT NOT NULL,
  -- The names of the planned tests, as JSON.
  planned TEXT NOT NULL,
  milliseconds REAL NOT NULL,
  -- Null when the run came to its end.
  aborted TEXT,
  directory TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_kernel ON runs (suite, kernel, time);
CREATE TABLE results (
  run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  verdict TEXT NOT NULL,
  milliseconds REAL NOT NULL,
  message TEXT,
  -- What tells the failure from others, as JSON.
  traits TEXT,
  -- How often it ran again after the others, and how often its result was new then.
  repeats INTEGER NOT NULL DEFAULT 0,
  repeat_failures INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX results_by_name ON results (name);
CREATE TABLE splats (
  run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  title TEXT NOT NULL,
  -- The reason of the allowance that covers it.
  allowed TEXT,
  PRIMARY KEY (run, name, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX splats_by_fingerprint ON splats (fingerprint);
-- The durations of conversions, in nanoseconds.
CREATE TABLE conversions (
  run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  operation TEXT NOT NULL,
  count INTEGER NOT NULL,
  median REAL NOT NULL,
  high REAL NOT NULL,
  PRIMARY KEY (run, name, operation)
) STRICT, WITHOUT ROWID;
`

const verdict = z.enum(['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP'])

/** Values that a column has as JSON. */
function json<Value>(schema: z.ZodType<Value>): z.ZodType<Value, string> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue('is no JSON')
        return z.NEVER
      }
    })
    .pipe(schema)
}

const texts = z.array(z.string())

export const namesColumn: z.ZodType<string[], string> = json(texts)
export const verdictColumn: typeof verdict = verdict
export const traitsColumn: z.ZodType<
  { verdict: z.infer<typeof verdict>; message: string; points: string[]; splats: string[] },
  string
> = json(z.object({ verdict, message: z.string(), points: texts, splats: texts }))
