// Checks values that come from JSON files of the harness itself, where a schema library would take too long to load.

interface Kinds {
  readonly string: string
  readonly number: number
  readonly object: object
  readonly array: readonly unknown[]
}

/** Returns whether a value is an object that has these fields, each of its kind; more fields do no harm. */
export function hasShape<const Shape extends Readonly<Record<string, keyof Kinds>>>(
  value: unknown,
  shape: Shape,
): value is { readonly [Field in keyof Shape]: Kinds[Shape[Field]] } {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  return Object.entries(shape).every(([name, kind]) => {
    const field = fields.get(name)
    if (kind === 'array') return Array.isArray(field)
    return field !== null && typeof field === kind
  })
}
