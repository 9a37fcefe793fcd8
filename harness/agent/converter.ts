// Conversions without the dialect: callers name a range of a file, and the record of the dialect says how to convert it.
import type { Gmem, Vm } from './wire/fields.ts'
import type { ConversionResult, GmemOperations, ManyConversions } from './gmem.ts'
import type { Result } from './wire/call.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { PageState } from '../uapi/constants.ts'
import type { FilePlace } from '../uapi/dialect-spec.ts'

/** Converts ranges of one file; offsets are those of the file in every dialect. */
export interface Converter {
  convert(
    to: PageState,
    offset: number | bigint,
    size: number | bigint,
    errorOffset?: number | bigint,
  ): Promise<ConversionResult>
  convertMany(conversions: Omit<ManyConversions, 'target' | 'dialect'>): Promise<Result<'convertMany'>>
}

/** Makes the converter of a file in a dialect. */
export function converterOf(
  operations: { readonly gmem: Pick<GmemOperations, 'convert' | 'convertMany'> },
  { dialect, ...place }: FilePlace<Gmem, Vm> & { readonly dialect: Dialect },
): Converter {
  const { target, base } = dialectSpecs[dialect].conversion(place)
  return {
    convert: (to, from, size, errorOffset = 0) => {
      const offset = typeof from === 'bigint' ? from + BigInt(base) : from + base
      return operations.gmem.convert({ target, dialect, to, offset, size, errorOffset })
    },
    convertMany: async (conversions) => {
      const offset = conversions.offset + base
      const result = await operations.gmem.convertMany({ ...conversions, target, dialect, offset })
      return { ...result, failedOffset: result.errno === 'OK' ? 0 : result.failedOffset - base }
    },
  }
}
