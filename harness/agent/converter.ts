// Conversions without the dialect: what a scenario asks for is a range of a file, whatever ioctl that takes.
import type { Gmem, Vm } from './wire/fields.ts'
import type { ConversionResult, GmemOperations, ManyConversions, ManyConversionsResult } from './gmem.ts'
import type { Dialect, PageState } from '../uapi/dialect.ts'

/** Where a file is, for the dialects that name its pages in other ways. */
export interface ConverterOptions {
  readonly dialect: Dialect
  readonly vm: Vm
  readonly gmem: Gmem
  /** Where offset 0 of the file is in the guest: what `vm-attributes` converts by. */
  readonly gpa: number
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
  const byAddress = dialect === 'vm-attributes'
  const target = byAddress ? options.vm : options.gmem
  const base = byAddress ? options.gpa : 0
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
