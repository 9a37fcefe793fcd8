// The lines by which `git format-patch --base` and b4 say what a series was made for.

/** What must be in the tree before the first patch of a series. */
export type Prerequisite =
  /** A patch with this stable patch-id. */
  | { readonly kind: 'patch-id'; readonly id: string }
  /** The series with this change-id of b4, and of this version if it is given. */
  | { readonly kind: 'change-id'; readonly id: string; readonly version?: number }
  /** The series, or the patch, that was sent in this mail. */
  | { readonly kind: 'message-id'; readonly id: string }

/** What a series says about its base. */
export interface BaseFacts {
  readonly baseCommit?: string
  readonly changeId?: string
  /** In the order of the lines, which is the order in which they are applied. */
  readonly prerequisites: readonly Prerequisite[]
}

const line =
  /^(base-commit|change-id|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id):[ \t]*<?([^\s<>]+)>?[ \t]*$/gm

/** Reads the lines of the text of a cover letter or of a patch. */
export function readBaseFacts(text: string): BaseFacts {
  let [baseCommit, changeId]: (string | undefined)[] = []
  const prerequisites: Prerequisite[] = []
  for (const [, key, value = ''] of text.matchAll(line)) {
    if (key === 'base-commit') baseCommit ??= /^[\da-f]{7,64}$/.exec(value)?.[0]
    else if (key === 'change-id') changeId ??= value
    else if (key === 'prerequisite-patch-id') prerequisites.push({ kind: 'patch-id', id: value })
    else if (key === 'prerequisite-message-id') prerequisites.push({ kind: 'message-id', id: value })
    else {
      const [, id = value, version] = /^(.*?)(?::v(\d+))?$/.exec(value) ?? []
      const ofVersion = version === undefined ? {} : { version: Number(version) }
      prerequisites.push({ kind: 'change-id', id, ...ofVersion })
    }
  }
  return {
    ...(baseCommit === undefined ? {} : { baseCommit }),
    ...(changeId === undefined ? {} : { changeId }),
    prerequisites,
  }
}

/** Joins what the mails of a series say, the cover letter first: each line counts once. */
export function joinBaseFacts(all: readonly BaseFacts[]): BaseFacts {
  const [baseCommit] = all.flatMap((facts) => facts.baseCommit ?? [])
  const [changeId] = all.flatMap((facts) => facts.changeId ?? [])
  const prerequisites = new Map(all.flatMap((facts) => facts.prerequisites).map((one) => [prerequisiteName(one), one]))
  return {
    ...(baseCommit === undefined ? {} : { baseCommit }),
    ...(changeId === undefined ? {} : { changeId }),
    prerequisites: [...prerequisites.values()],
  }
}

/** Returns the line of a prerequisite, as it stands in the mail. */
export function prerequisiteName(one: Prerequisite): string {
  if (one.kind === 'message-id') return `prerequisite-message-id: <${one.id}>`
  const version = one.kind === 'change-id' && one.version !== undefined ? `:v${one.version}` : ''
  return `prerequisite-${one.kind}: ${one.id}${version}`
}
