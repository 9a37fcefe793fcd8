/* SPDX-License-Identifier: MIT */
/* Frames on a pipe or a socket. */
#ifndef GMEMTEST_CHANNEL_H
#define GMEMTEST_CHANNEL_H

#include <stddef.h>

#include "protocol.h"

struct frame_header {
	__u32 magic;
	__u32 length;
	__u32 sequence;
	__u16 operation;
	__u16 process;
	__u32 status;
	__u32 error;
};
_Static_assert(sizeof(struct frame_header) == HEADER_SIZE, "frame_header");

/*
 * Reads one frame, with one read() where it arrives in one piece.  There is
 * one request at a time, so no byte of the next one can wait behind it.
 * Returns its length, 0 at the end of the stream, -1 for garbage.
 */
int read_frame(int fd, void *frame);
/* Returns 0, or -1 and errno. */
int write_all(int fd, const void *data, size_t size);

#endif /* GMEMTEST_CHANNEL_H */
