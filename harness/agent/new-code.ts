// The code of the kernel that operations reach for the first time.
import type { Call, Outcome } from './wire/call.ts'

/**
 * Returns the addresses of the basic blocks of the kernel that operations have entered since the last call, without those of
 * earlier calls; a child and other threads are not traced. The first call begins the trace. ENOENT without CONFIG_KCOV.
 */
export type ReadNewCode = () => Promise<Outcome & { readonly addresses: readonly bigint[] }>

const wordSize = 8

/** Makes the function of an agent. */
export function newCodeOf(call: Call): ReadNewCode {
  return async () => {
    const { tail, blocks, ...reply } = await call('newCode', {})
    const addresses = Array.from({ length: blocks }, (_, index) => tail.readBigUInt64LE(index * wordSize))
    return { ...reply, addresses }
  }
}
