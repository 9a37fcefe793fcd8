/* SPDX-License-Identifier: MIT */
/* One thread of a race: what it works on, and its books. */
#ifndef GMEMTEST_ACTOR_H
#define GMEMTEST_ACTOR_H

#include <pthread.h>

#include "machine.h"

/*
 * Everything that the thread needs is in here, since the table of handles may
 * change while it runs.
 */
struct actor {
	pthread_t thread;
	bool started;
	struct actor_add_request request;
	/* What the handles of the request stand for. */
	int fd;
	unsigned char *memory;
	struct vcpu *vcpu;
	/* A path, and behind its zero byte a text; a zero byte at the end. */
	char text[512];
	size_t text_size;
	/* ACTOR_HOST_COUNT: the last number in each page, 0 is not known. */
	__u64 *numbers;
	/* ACTOR_CONVERT: where it goes next. */
	__u64 to;
	struct actor_report report;
};

/* One round of what the actor does. */
void actor_work(struct actor *actor);

/* actor_files.c */
/* Counts an operation by its error number; 0 is a success. */
void actor_note(struct actor *actor, int error);
void actor_reallocate(struct actor *actor);
void actor_read_file(struct actor *actor);
void actor_write_file(struct actor *actor);

#endif /* GMEMTEST_ACTOR_H */
