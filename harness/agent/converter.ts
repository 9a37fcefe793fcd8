// Conversions without the dialect: callers name a range of a file, and the record of the dialect says how to convert it.
import type { Gmem, Vm } from './wire/fields.ts'
import type { ConversionResult, GmemOperations, ManyConversions, ManyConversionsResult } from './gmem.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { PageState } from '../uapi/constants.ts'
import type { FilePlace } from '../uapi/dialect-spec.ts'

/** The file to convert, and the dialect to do it in. */
interface ConverterOptions extends FilePlace<Gmem, Vm> {
  readonly dialect: Dialect
}

type Many = Omit<ManyConversions, 'target' | 'dialect'>

/** Converts ranges of one file; offsets are those of the file in every dialect. */
export interface Converter {
  convert(
    to: PageState,
    offset: number | bigint,
    size: number | bigint,
    errorOffset?: number | bigint,
  ): Promise<ConversionResult>
  convertMany(conversions: Many): Promise<ManyConversionsResult>
}

export function converterOf(
  operations: { readonly gmem: Pick<GmemOperations, 'convert' | 'convertMany'> },
  options: ConverterOptions,
): Converter {
  const { dialect } = options
  const { target, base } = dialectSpecs[dialect].conversion(options)
  return {
    convert: (to, offset, size, errorOffset = 0) =>
      operations.gmem.convert({
        target,
        dialect,
        to,
        offset: typeof offset === 'bigint' ? offset + BigInt(base) : offset + base,
        size,
        errorOffset,
      }),
    convertMany: async (conversions) => {
      const offset = conversions.offset + base
      const result = await operations.gmem.convertMany({ ...conversions, target, dialect, offset })
      return { ...result, failedOffset: result.errno === 'OK' ? 0 : result.failedOffset - base }
    },
  }
}
