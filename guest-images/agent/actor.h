/* SPDX-License-Identifier: MIT */
/* One thread of a race: its request, its memory, and its report. */
#ifndef GMEMTEST_ACTOR_H
#define GMEMTEST_ACTOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "operations.h"
#include "vcpu.h"

/* A thread uses only this: the table of handles may change while it runs. */
struct actor {
	pthread_t thread;
	bool started;
	/* 0 until it runs. */
	atomic_int tid;
	/* It has done, or failed to do, what it is there for. */
	atomic_bool has_worked;
	struct actor_add_request request;
	/* The objects of the handles in the request. */
	int fd;
	int vm_fd;
	unsigned char *memory;
	struct vcpu *vcpu;
	/* A path, and behind its zero byte a text; a zero byte at the end. */
	char text[512];
	size_t text_size;
	/* ACTOR_HOST_COUNT: the last number in each page; 0 is unknown. */
	__u64 *numbers;
	/* ACTOR_CONVERT: the state of its next conversion. */
	__u64 to;
	struct actor_report report;
};

#endif /* GMEMTEST_ACTOR_H */
