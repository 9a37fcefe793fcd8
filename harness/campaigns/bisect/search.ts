// The search for the first bad patch of a series: which kernel to test next, or what the results so far mean.

/** What a kernel is for the search. */
export type Mark = 'good' | 'bad' | 'skip'

/** The numbers of applied patches between which the first bad patch lies: it is after `good`, and not after `bad`. */
export interface Ends {
  readonly good: number
  readonly bad: number
}

/** The marks of the kernels that were tested, by the number of applied patches. */
export type Marks = ReadonlyMap<number, Mark>

export type Next =
  /** Test the kernel with this many patches; at most `left` more may follow if none is skipped. */
  | { readonly kind: 'test'; readonly applied: number; readonly left: number }
  /** The first bad patch, counted from 1. */
  | { readonly kind: 'found'; readonly patch: number }
  /** The kernels between these patches cannot be tested: the first bad one is among them. */
  | { readonly kind: 'among'; readonly patches: readonly number[] }
  /** The bad end is good, and the good end is bad. */
  | { readonly kind: 'swapped' }
  /** The bad end is good. */
  | { readonly kind: 'not-reproduced' }
  /** The good end is bad. */
  | { readonly kind: 'good-is-bad' }
  /** An end has no result, so that the search cannot begin or its result is not proven. */
  | { readonly kind: 'end-skipped'; readonly applied: number }

/**
 * Returns the next step of a search. The bad end is tested first: most failed searches begin with a bug that does not
 * reproduce. The good end is tested only when no other kernel is good. So n patches take at most ceil(log2 n) + 1 kernels
 * beside that of the bad end, unless kernels are skipped.
 */
export function nextStep({ good, bad }: Ends, marks: Marks): Next {
  const atBad = marks.get(bad)
  if (atBad === undefined) return { kind: 'test', applied: bad, left: mostKernels({ good, bad }) }
  if (atBad === 'skip') return { kind: 'end-skipped', applied: bad }
  if (atBad === 'good') return reversed(good, marks)
  const [from, to] = interval({ good, bad }, marks)
  const open = Array.from({ length: to - from - 1 }, (_, index) => from + 1 + index).filter((each) => !marks.has(each))
  const middle = from + Math.floor((to - from) / 2)
  const [nearest] = open.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b)
  if (nearest !== undefined) return { kind: 'test', applied: nearest, left: stepsFor(to - from) }
  const atGood = marks.get(from)
  if (atGood === undefined) return { kind: 'test', applied: from, left: 0 }
  if (atGood === 'bad') return { kind: 'good-is-bad' }
  if (atGood === 'skip') return { kind: 'end-skipped', applied: from }
  if (to - from === 1) return { kind: 'found', patch: to }
  return { kind: 'among', patches: Array.from({ length: to - from }, (_, index) => from + 1 + index) }
}

/** Returns what a good kernel at the bad end means: the good end tells. */
function reversed(good: number, marks: Marks): Next {
  const atGood = marks.get(good)
  if (atGood === undefined) return { kind: 'test', applied: good, left: 0 }
  return { kind: atGood === 'bad' ? 'swapped' : 'not-reproduced' }
}

/** Returns the last kernel that is good, or counts as such, and the first bad one behind it. */
function interval({ good, bad }: Ends, marks: Marks): readonly [from: number, to: number] {
  const marked = [...marks].filter(([applied]) => applied > good && applied < bad)
  const to = Math.min(bad, ...marked.flatMap(([applied, mark]) => (mark === 'bad' ? [applied] : [])))
  const from = Math.max(
    good,
    ...marked.flatMap(([applied, mark]) => (mark === 'good' && applied < to ? [applied] : [])),
  )
  return [from, to]
}

/** Returns how many kernels a search needs at most beside that of the bad end, unless kernels are skipped. */
export function mostKernels({ good, bad }: Ends): number {
  return stepsFor(bad - good) + 1
}

function stepsFor(patches: number): number {
  return patches <= 1 ? 0 : Math.ceil(Math.log2(patches))
}
