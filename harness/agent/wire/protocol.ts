// The protocol between the harness and the agent in the instance: the contract. The table of all operations is in operations.ts.
//
// The agent is one process. It reads requests from its standard input and writes answers to its standard output, which
// carry nothing else. Its standard error carries text for people. It exits when its input ends, and the processes and
// threads that it started exit with it.
//
// A frame is a header, the words of the operation, then a tail of any number of bytes. Everything is little-endian. The
// header:
//
//     u32 magic      0x4d454d47, "GMEM"
//     u32 length     of the whole frame in bytes; at most maximumFrame, checked by both sides
//     u32 sequence   of the request; its answer repeats it
//     u16 operation  the number in the table; the answer repeats it
//     u16 process    0 is the agent itself, otherwise the number of a child that it forked
//     u32 status     0 in a request; see `statuses`
//     u32 errno      0 in a request; the error number of the operation in the kernel, 0 for success
//
// The words are unsigned 64-bit integers, one per field of the table, in its order; signed values travel as two's
// complement. A length that does not fit the operation's words, a wrong magic, an answer out of sequence: the side that
// sees it gives up (ProtocolError here, exit code 2 there), because it cannot trust the data behind it.
//
// There is one request at a time: the harness reads the answer before it writes the next request, also for children.
//
// An operation that fails in the kernel has an answer like any other: `errno` is the reason, and words without a meaning
// are 0. An operation that makes no sense (a closed handle, a handle of another kind, a range outside its mapping) is
// refused: status 1, no words, the reason in the tail. That is a mistake of the caller, never of the kernel.
//
// The first request must be `hello`. Its answer ends in a text: the kernel's release, the version of the agent's
// compiler, then the digests of the tables that the agent was built from (table.ts). They must equal those of the harness.
//
// guest-images/agent/protocol.h and operations.h are generated from this file and its neighbours.

export const protocolVersion = 1
export const magic = 0x4d454d47
export const headerSize = 24
/** A word of a call of `repeat` that stands for the first word of the answer to call 0 of the round; 1 more for call 1. */
export const callResult = 0x1f_5a5a_5a5a_5a00
/**
 * The process of a call of `program` that stands for the child that call 0 of the program forked; 1 more for call 1. No child
 * has so high a number.
 */
export const processResult = 0xff00
/** Enough for the longest answer to a scan of a 1 GiB file. */
export const maximumFrame = 8 * 1024 * 1024

/** The agent's reaction to a request: performed (see errno), refused (a mistake of the caller), or its child is gone or crashed. */
export const statuses = ['answered', 'refused', 'child-gone', 'child-crashed'] as const
