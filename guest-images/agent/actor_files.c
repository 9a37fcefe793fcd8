// SPDX-License-Identifier: MIT
/* What the threads of a race do to files, and how they count the results. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <unistd.h>

#include "actor_files.h"

void actor_note(struct actor *actor, int error)
{
	if (error == 0) {
		actor->report.done++;
	} else if (error == EAGAIN) {
		actor->report.again++;
	} else {
		if (actor->report.failed == 0)
			actor->report.first_error = error;
		actor->report.failed++;
	}
}

static void change_range(struct actor *actor, int mode)
{
	const struct actor_add_request *request = &actor->request;
	int error;

	/* A signal may end an allocation: then there is more to do. */
	do {
		error = fallocate(actor->fd, mode, request->offset,
				  request->size) ?
				errno :
				0;
	} while (error == EINTR && mode == FALLOC_FL_KEEP_SIZE);
	actor_note(actor, error);
}

void actor_punch(struct actor *actor)
{
	change_range(actor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
}

void actor_allocate(struct actor *actor)
{
	change_range(actor, FALLOC_FL_KEEP_SIZE);
}

void actor_reallocate(struct actor *actor)
{
	actor_punch(actor);
	actor_allocate(actor);
}

void actor_read_file(struct actor *actor)
{
	char buffer[4096];
	__u64 done = 0;
	ssize_t got = 1;
	int fd = open(actor->text, O_RDONLY | O_CLOEXEC), error;

	while (fd >= 0 && done < actor->request.size && got > 0) {
		got = pread(fd, buffer, sizeof(buffer),
			    actor->request.offset + done);
		if (got > 0)
			done += got;
	}
	error = fd < 0 || got < 0 ? errno : 0;
	if (fd >= 0 && close(fd) && !error)
		error = errno;
	actor_note(actor, error);
}

void actor_write_file(struct actor *actor)
{
	const char *text = actor->text + strlen(actor->text) + 1;
	size_t size = actor->text_size - (text - actor->text);
	int fd = open(actor->text, O_WRONLY | O_CLOEXEC), error;

	error = fd < 0 || write(fd, text, size) < 0 ? errno : 0;
	if (fd >= 0 && close(fd) && !error)
		error = errno;
	actor_note(actor, error);
}
