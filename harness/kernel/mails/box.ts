// The mails of one file, maildir or thread.
import type { Mail } from './mail.ts'

/** A box of mails. */
export interface Box {
  /** Its name in messages. */
  readonly name: string
  readonly mails: readonly Mail[]
  /** The Message-ID that the user named: its series and version are taken. */
  readonly wanted?: string
  /** The file has one mail, which may be one patch of a series. */
  readonly isOnePatch: boolean
  /** The mails have an order beside that of their numbers: the names of their files. */
  readonly isOrdered?: boolean
}
