// The protocol between the harness and the agent in the guest: the contract. The table of all operations is in operations.ts.
//
// The agent is one process; it reads requests from its standard input and writes answers to its standard output,
// which carry nothing else. Its standard error carries text for people. It exits when its input ends, and the
// processes and threads that it started go with it.
//
// A frame is a header, the words of the operation, then a tail of bytes that has any length. Everything is
// little-endian. The header:
//
//     u32 magic      0x4d454d47, "GMEM"
//     u32 length     of the whole frame in bytes; at most maximumFrame, checked by both sides
//     u32 sequence   of the request; its answer repeats it
//     u16 operation  the number in the table; the answer repeats it
//     u16 process    0 is the agent itself, otherwise the number of a child that it forked
//     u32 status     0 in a request; see `statuses`
//     u32 errno      0 in a request; what the operation gave in the kernel, 0 for success
//
// The words are unsigned 64-bit integers, one per field of the table, in its order; signed values travel as two's
// complement. A length that does not fit the operation's words, a wrong magic, an answer out of sequence: the one
// who sees it gives up (ProtocolError here, exit code 2 there), since nothing after it can be trusted.
//
// There is one request at a time: you must read the answer before you write the next request, for children too.
//
// An operation that fails in the kernel is an answer like any other: `errno` says so and the words that have no
// meaning are 0. An operation that makes no sense (a handle that is closed or of another kind, a range outside its
// mapping) is refused: status 1, no words, the tail says why. That is a mistake of the caller, never of the kernel.
//
// The first request must be `hello`. Its answer ends in a text: the kernel's release, the version of the agent's
// compiler, then the agent's own description of this table (see layout.ts). It must be the same as ours.
//
// guest-images/agent/protocol.h is the other copy of what is here.

export const protocolVersion = 1
export const magic = 0x4d454d47
export const headerSize = 24
/** Enough for the worst `scan` of a 1 GiB file. */
export const maximumFrame = 8 * 1024 * 1024

/** How the agent took a request: done (see errno), refused (a mistake of the caller), or its child is gone. */
export const statuses = ['answered', 'refused', 'child-gone'] as const
