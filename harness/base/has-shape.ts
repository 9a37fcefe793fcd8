// Checks values that come from JSON files of the harness itself, where a schema library would take too long to load.

interface Kinds {
  readonly string: string
  readonly number: number
  readonly object: object
  readonly array: readonly unknown[]
}

type Shapes = Readonly<Record<string, keyof Kinds>>
type Shaped<Shape extends Shapes> = { readonly [Field in keyof Shape]: Kinds[Shape[Field]] }

/** Returns whether a value is an object that has these fields, each of its kind; more fields do no harm. */
export function hasShape<const Shape extends Shapes>(value: unknown, shape: Shape): value is Shaped<Shape> {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  return Object.entries(shape).every(([name, kind]) => {
    const field = fields.get(name)
    if (kind === 'array') return Array.isArray(field)
    return field !== null && typeof field === kind
  })
}

/** Returns the fields of an object whose values all have the shape; none for any other value. */
export function fieldsOf<const Shape extends Shapes>(value: unknown, shape: Shape): [string, Shaped<Shape>][] {
  if (typeof value !== 'object' || value === null) return []
  const fields = Object.entries(value)
  const shaped = fields.filter((field): field is [string, Shaped<Shape>] => hasShape(field[1], shape))
  return shaped.length === fields.length ? shaped : []
}
