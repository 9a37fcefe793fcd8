// The kinds of field that a request or an answer is made of: each is one unsigned 64-bit word on the wire.

/** The kinds of objects that a handle can stand for; their positions are part of the wire format. */
export const handleKinds = ['none', 'vm', 'vcpu', 'gmem', 'file', 'mapping', 'pin', 'child'] as const
type HandleKind = Exclude<(typeof handleKinds)[number], 'none'>

/**
 * An object that the agent holds open. The number contains the kind, so both sides refuse a mix-up. The field exists only for
 * the compiler; its key is no unique symbol, because declaration files could not name that.
 */
type Handle<Kind extends HandleKind> = number & { readonly kindOfHandle: Kind }
export type Vm = Handle<'vm'>
export type Vcpu = Handle<'vcpu'>
export type Gmem = Handle<'gmem'>
export type File = Handle<'file'>
export type Mapping = Handle<'mapping'>
export type Pin = Handle<'pin'>
export type Child = Handle<'child'>

/** Encodes, decodes and shows one word. */
export interface Field<Input, Output> {
  encode(value: Input): bigint
  decode(word: bigint): Output
  /** The word in the list of operations: `offset 0x2000`. */
  show(name: string, word: bigint): string
}

/** The value that a field takes from the caller, and the one that it returns. */
type InputOf<F> = F extends Field<infer Input, infer _Output> ? Input : never
type OutputOf<F> = F extends Field<infer _Input, infer Output> ? Output : never

/** The fields of a request, an answer or a record by name, in the order in which they travel. */
export type Fields = Readonly<Record<string, Field<never, unknown>>>

type Inputs<Of extends Fields> = { readonly [Key in keyof Of]: InputOf<Of[Key]> }
type MayLack<Of extends Fields> = {
  [Key in keyof Of]: undefined extends InputOf<Of[Key]> ? Key : never
}[keyof Of]

/** The values that a caller gives for some fields; those that take undefined can be left out. */
export type Encodable<Of extends Fields> = Omit<Inputs<Of>, MayLack<Of>> & Partial<Pick<Inputs<Of>, MayLack<Of>>>
/** The values of some fields, as they come back. */
export type Decoded<Of extends Fields> = { readonly [Key in keyof Of]: OutputOf<Of[Key]> }

/** A value that does not fit its field: the answer is garbage, or the caller made a mistake. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
}

/** Negative and large numbers become two's complement: the kernel checks them. */
function toWord(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new FieldError(`${value} is not an integer below 2^53: pass a bigint`)
  }
  return BigInt.asUintN(64, BigInt(value))
}

function toSafeNumber(word: bigint): number {
  const value = Number(word)
  if (!Number.isSafeInteger(value)) throw new FieldError(`0x${word.toString(16)} is more than 2^53`)
  return value
}

function hexadecimal(name: string, word: bigint): string {
  return `${name} 0x${word.toString(16)}`
}

/** A number, shown in decimal. */
export const count: Field<number | bigint, number> = {
  encode: toWord,
  decode: toSafeNumber,
  show: (name, word) => `${name} ${word}`,
}

/** A length or an address for calculations on this side, shown in hexadecimal. */
export const size: Field<number | bigint, number> = {
  encode: toWord,
  decode: toSafeNumber,
  show: hexadecimal,
}

/** A word with any bits: flags, contents of memory. */
export const bits: Field<number | bigint, bigint> = {
  encode: toWord,
  decode: (word) => word,
  show: hexadecimal,
}

/** An offset that the kernel fills in: a number, or a bigint if it is garbage. */
export const kernelOffset: Field<number | bigint, number | bigint> = {
  encode: toWord,
  decode: (word) => (word <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(word) : word),
  show: hexadecimal,
}

/** A field that most requests leave out: it is 0 then, and not shown. */
export function seldom<Input, Output>(field: Field<Input, Output>): Field<Input | undefined, Output> {
  return {
    ...field,
    encode: (value) => (value === undefined ? 0n : field.encode(value)),
    show: (name, word) => (word === 0n ? '' : field.show(name, word)),
  }
}

/** A field that the list of operations does not show. */
export function unseen<Input, Output>(field: Field<Input, Output>): Field<Input, Output> {
  return { ...field, show: () => '' }
}

/** Yes or no. */
export const flag: Field<boolean, boolean> = {
  encode: (value) => (value ? 1n : 0n),
  decode: (word) => word !== 0n,
  show: (name, word) => (word === 0n ? '' : name),
}

/** One of some names; its position in the list travels. */
export function choice<const Names extends readonly string[]>(names: Names): Field<Names[number], Names[number]> {
  const nameOf = (word: bigint): Names[number] => {
    const name = names[Number(word)]
    if (name === undefined) throw new FieldError(`word ${word} is not the number of one of: ${names.join(', ')}`)
    return name
  }
  return {
    encode: (name) => {
      const number = names.indexOf(name)
      if (number < 0) throw new FieldError(`${JSON.stringify(name)} is none of: ${names.join(', ')}`)
      return BigInt(number)
    },
    decode: nameOf,
    show: (_name, word) => nameOf(word),
  }
}

const kindShift = 32n

/** `gmem#3`, for messages. */
export function showHandle(word: bigint): string {
  const kind = handleKinds[Number(word >> kindShift)] ?? 'handle'
  return word === 0n ? 'none' : `${kind}#${word & 0xffff_ffffn}`
}

function isHandle<Kind extends HandleKind>(value: number, kinds: readonly HandleKind[]): value is Handle<Kind> {
  const kind = handleKinds[Math.floor(value / 2 ** Number(kindShift))]
  return value === 0 || kinds.some((allowed) => allowed === kind)
}

/** An object of one of these kinds. After a failed creation it is 0, which must not be used. */
export function handle<Kind extends HandleKind>(...kinds: Kind[]): Field<Handle<Kind>, Handle<Kind>> {
  return {
    encode: toWord,
    decode: (word) => {
      const value = Number(word)
      if (isHandle<Kind>(value, kinds)) return value
      throw new FieldError(`${showHandle(word)} is not a ${kinds.join(' or ')}`)
    },
    show: (_name, word) => showHandle(word),
  }
}

/** Like `handle`, but can be left out. */
export function optionalHandle<Kind extends HandleKind>(
  ...kinds: Kind[]
): Field<Handle<Kind> | undefined, Handle<Kind> | undefined> {
  const some = handle(...kinds)
  return { ...seldom(some), decode: (word) => (word === 0n ? undefined : some.decode(word)) }
}

/** The name that C gives to a field, an operation, a record or a word. */
export function snakeCase(name: string): string {
  return name.replaceAll('-', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
