// The file of the history: SQLite, shared by all runs of this computer, and by those of other computers at another time.
import { statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { z } from 'zod'
import { hasCode, InfraError, messageOf, UsageError } from '../base/errors.ts'
import { makeDirectories } from '../base/make-directories.ts'
import { applicationId, historyVersion, tables } from './history-schema.ts'

/** The longest wait for another process that writes to the file. */
const lockMilliseconds = 5000

/** An open history. Each method waits at most five seconds for a lock. */
export class HistoryFile implements Disposable {
  readonly file: string
  readonly #database: DatabaseSync

  private constructor(file: string, database: DatabaseSync) {
    this.file = file
    this.#database = database
  }

  /**
   * Opens a history; makes it unless it exists.
   * @throws {InfraError} HISTORY_LOCKED, HISTORY_DAMAGED, HISTORY_NEWER, HISTORY_UNWRITABLE
   * @throws {UsageError} HISTORY_FOREIGN for a database of another program, which stays as it is
   */
  static async open(file: string, lockLimit: number = lockMilliseconds): Promise<HistoryFile> {
    try {
      await makeDirectories(path.dirname(file), 0o700)
    } catch (cause) {
      throw unwritable(file, cause)
    }
    return guarded(file, () => {
      // The file of a device or a pipe would block without a deadline.
      const status = statSync(file, { throwIfNoEntry: false })
      if (status !== undefined && !status.isFile()) throw unwritable(file, new Error('it is no regular file'))
      using stack = new DisposableStack()
      const database = stack.adopt(new DatabaseSync(file, { timeout: lockLimit }), (each) => each.close())
      prepare(file, database)
      stack.move()
      return new HistoryFile(file, database)
    })
  }

  /** Returns the rows of a query, each checked against the form of a row. */
  rows<Row>(row: z.ZodType<Row>, sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return guarded(this.file, () => z.array(row).parse(this.#database.prepare(sql).all(...values)))
  }

  /** Changes all rows for these lists of values. */
  change(sql: string, ...lists: readonly (readonly SQLInputValue[])[]): void {
    guarded(this.file, () => {
      const statement = this.#database.prepare(sql)
      for (const values of lists) statement.run(...values)
    })
  }

  /** Does all of the work or nothing of it. */
  atOnce<Result>(work: () => Result): Result {
    guarded(this.file, () => this.#database.exec('BEGIN IMMEDIATE'))
    try {
      const result = work()
      guarded(this.file, () => this.#database.exec('COMMIT'))
      return result
    } catch (error) {
      // After some errors, such as a full disk, SQLite has done so itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

const numberRow = z.looseObject({}).transform((row) => Number(Object.values(row)[0]))

function numberOf(database: DatabaseSync, sql: string): number {
  return numberRow.parse(database.prepare(sql).get() ?? {})
}

/** Checks that a database is a history of this version; makes the tables of an empty one. */
function prepare(file: string, database: DatabaseSync): void {
  const isEmpty = (): boolean => numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0
  if (isEmpty()) {
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('BEGIN IMMEDIATE')
    // Another process may have been faster.
    if (isEmpty()) {
      database.exec(tables)
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${historyVersion}`)
    }
    database.exec('COMMIT')
  }
  if (numberOf(database, 'PRAGMA application_id') !== applicationId) {
    throw new UsageError('HISTORY_FOREIGN', `${file} is a database of another program`, {
      hint: 'name another file after --history',
    })
  }
  const version = numberOf(database, 'PRAGMA user_version')
  if (version > historyVersion) {
    throw new InfraError(
      'HISTORY_NEWER',
      `a newer gmemtest wrote the history ${file}: version ${version}, and this one knows versions up to ${historyVersion}`,
      { hint: 'update this checkout, or name another file with --history' },
    )
  }
  database.exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL')
}

/** The primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const locked = new Set([5, 6])
/** Also an error in a statement: a table of the version that the file has is missing, or a column has no JSON. */
const damaged = new Set([1, 11, 26])
/** Read-only, input or output, full, cannot open. */
const refused = new Set([8, 10, 13, 14])

/** Does work with the file, and gives errors of SQLite their meaning. */
function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof z.ZodError) throw damagedFile(file, 'a row has another form', cause)
    const code = sqliteCode(cause)
    if (code === undefined) throw cause
    if (locked.has(code)) {
      throw new InfraError('HISTORY_LOCKED', `another process has locked the history ${file}`, {
        cause,
        transient: true,
        hint: `find the process: fuser -v ${file}; then: gmemtest history add DIR`,
      })
    }
    if (damaged.has(code)) throw damagedFile(file, messageOf(cause), cause)
    // Any other one is a mistake in a statement.
    throw refused.has(code) ? unwritable(file, cause) : cause
  }
}

/** Returns the primary result code of an error of SQLite. */
function sqliteCode(error: unknown): number | undefined {
  if (!hasCode(error, 'ERR_SQLITE_ERROR') || !(error instanceof Error) || !('errcode' in error)) return undefined
  return Number(error.errcode) % 256
}

function damagedFile(file: string, why: string, cause: unknown): InfraError {
  return new InfraError('HISTORY_DAMAGED', `the history ${file} is damaged: ${why}`, {
    cause,
    hint: `move it away, and make it again from results: gmemtest history add DIR…`,
  })
}

function unwritable(file: string, cause: unknown): InfraError {
  return new InfraError('HISTORY_UNWRITABLE', `cannot open or write the history ${file}: ${messageOf(cause)}`, {
    cause,
    hint: 'check the free space and the permissions there, or name another file with --history',
  })
}
