/* SPDX-License-Identifier: MIT */
/*
 * Calls within a call: the tail of a request has the frames of operations, as
 * the agent gets them one by one otherwise.
 */
#ifndef GMEMTEST_INNER_CALLS_H
#define GMEMTEST_INNER_CALLS_H

#include <stdbool.h>

#include "call.h"
#include "channel.h"

#define MAXIMUM_CALLS 256

struct inner_call {
	const unsigned char *frame;
	struct frame_header header;
	/* The first word of its last answer: the handle of what it made. */
	__u64 result;
	/* It made nothing, as it may: no later call needs it. */
	bool absent;
	/* How often it ended with an error. */
	__u64 errors;
};

/* Finds the frames in the tail; returns their number, or REFUSED. */
int inner_calls_find(struct call *call, struct inner_call *calls);
/*
 * Performs one of the calls, with the results of earlier ones in the place of
 * the words that stand for them.  Returns its answer, which the next call
 * overwrites; NULL where an earlier call that may fail made nothing to work
 * on.  Returns REFUSED in *error when the call needs what is not there.
 */
struct frame_header *inner_call_perform(struct call *call,
					struct inner_call *calls, int index,
					int *error);

#endif /* GMEMTEST_INNER_CALLS_H */
