// SPDX-License-Identifier: MIT
/* Frames on a pipe or a socket. */
#include <errno.h>
#include <unistd.h>

#include "channel.h"

int write_all(int fd, const void *data, size_t size)
{
	const unsigned char *from = data;
	ssize_t written;

	while (size > 0) {
		written = write(fd, from, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		from += written;
		size -= written;
	}
	return 0;
}

int read_frame(int fd, void *frame)
{
	const struct frame_header *header = frame;
	size_t have = 0, want = sizeof(*header);
	ssize_t got;

	while (have < want) {
		got = read(fd, (unsigned char *)frame + have,
			   MAXIMUM_FRAME - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && have == 0 ? 0 : -1;
		have += got;
		if (have < sizeof(*header))
			continue;
		want = header->length;
		if (header->magic != FRAME_MAGIC || want < sizeof(*header) ||
		    want > MAXIMUM_FRAME)
			return -1;
	}
	return have == want ? (int)have : -1;
}
