// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "restored.h"
#include "say.h"

#define PREFIX "gmemtest-restored "
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)
#define MAX_LINE 256
#define MAX_ENTROPY 64

static bool set_clock(long long seconds, long nanoseconds)
{
	const struct timespec now = { .tv_sec = seconds,
				      .tv_nsec = nanoseconds };

	if (!clock_settime(CLOCK_REALTIME, &now))
		return true;
	say("cannot set the clock: %s", strerror(errno));
	return false;
}

/* Decodes two digits a byte; returns the number of bytes, or -1. */
static int decode(const char *text, unsigned char *bytes)
{
	unsigned int byte;
	int count = 0;

	for (; text[0]; text += 2) {
		if (count >= MAX_ENTROPY || !text[1] ||
		    sscanf(text, "%2x", &byte) != 1)
			return -1;
		bytes[count++] = byte;
	}
	return count;
}

static bool reseed(const unsigned char *bytes, int count)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[MAX_ENTROPY];
	} pool = { .info = { .entropy_count = 8 * count, .buf_size = count } };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	bool done;

	memcpy(pool.bytes, bytes, count);
	/* Without the second one, the generator would take it in some minutes later. */
	done = fd >= 0 && !ioctl(fd, RNDADDENTROPY, &pool) &&
	       !ioctl(fd, RNDRESEEDCRNG);
	if (!done)
		say("cannot add entropy: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return done;
}

static enum restored hear(const char *line)
{
	unsigned char entropy[MAX_ENTROPY];
	char text[2 * MAX_ENTROPY + 1];
	long long seconds;
	long nanoseconds;
	int count;

	if (sscanf(line, PREFIX "%lld %ld %128s", &seconds, &nanoseconds,
		   text) != 3)
		count = -1;
	else
		count = decode(text, entropy);
	if (count <= 0) {
		say("cannot parse the line for a restored instance: %s", line);
		return RESTORED_BROKEN;
	}
	return set_clock(seconds, nanoseconds) && reseed(entropy, count) ?
		       RESTORED_DONE :
		       RESTORED_BROKEN;
}

enum restored hear_restored(const char *bytes, size_t count,
			    size_t *line_length)
{
	size_t compared = count < PREFIX_LENGTH ? count : PREFIX_LENGTH;
	char line[MAX_LINE];
	const char *end;

	if (memcmp(bytes, PREFIX, compared))
		return RESTORED_OTHER;
	end = memchr(bytes, '\n', count < MAX_LINE ? count : MAX_LINE);
	if (!end) {
		if (count < MAX_LINE)
			return RESTORED_INCOMPLETE;
		say("the line for a restored instance is too long");
		return RESTORED_BROKEN;
	}
	memcpy(line, bytes, end - bytes);
	line[end - bytes] = '\0';
	*line_length = end - bytes + 1;
	return hear(line);
}
