// SPDX-License-Identifier: MIT
/*
 * Counts the descriptors of this process.  A system call that fails may leave
 * a number behind without a file: no list in /proc shows it, but the kernel
 * does not give it out any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "call.h"
#include "descriptors.h"
#include "operations.h"

#define MAXIMUM_KEPT 8
/* Behind so many free numbers in a row there is no other one in use. */
#define FREE_RUN 256

static int kept[MAXIMUM_KEPT];
static unsigned int kept_count;

void descriptor_keep(int fd)
{
	if (kept_count == MAXIMUM_KEPT)
		abort();
	kept[kept_count++] = fd;
}

static bool is_kept(int fd)
{
	unsigned int i;

	for (i = 0; i < kept_count; i++) {
		if (kept[i] == fd)
			return true;
	}
	return false;
}

/* The first number from @from on that the kernel gives out, or -1 and errno. */
static int first_free(int from)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, from);

	if (fd >= 0 && close(fd))
		return -1;
	return fd;
}

static void count_one(int fd, struct descriptors_answer *answer)
{
	if (fcntl(fd, F_GETFD) < 0)
		answer->without_file++;
	else if (!is_kept(fd))
		answer->open++;
}

int op_descriptors(struct call *call, const struct descriptors_request *request,
		   struct descriptors_answer *answer)
{
	int fd = 0, next, free_ones = 0;

	(void)call;
	(void)request;
	while (free_ones < FREE_RUN) {
		next = first_free(fd);
		/* EINVAL: no number is so large; EMFILE: none is free. */
		if (next < 0)
			return errno == EINVAL ? 0 : errno;
		free_ones = next > fd ? 1 : free_ones + 1;
		for (; fd < next; fd++)
			count_one(fd, answer);
		fd = next + 1;
	}
	return 0;
}
