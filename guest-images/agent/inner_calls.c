// SPDX-License-Identifier: MIT
/* Calls within a call: frames in the tail of a request, one after the other. */
#include <string.h>

#include "inner_calls.h"
#include "operations.h"
#include "serve.h"

/* Longer calls, such as the contents of files, have no place among others. */
#define LONGEST_CALL 4096

static unsigned char inner_frame[LONGEST_CALL + 1] __attribute__((aligned(8)));
static unsigned char inner_answer[MAXIMUM_FRAME] __attribute__((aligned(8)));

int inner_calls_find(struct call *call, struct inner_call *calls)
{
	size_t at = 0;
	int count = 0;

	while (at < call->tail_size) {
		struct inner_call *inner = &calls[count];

		if (count == MAXIMUM_CALLS)
			return refuse(call, "more than %d calls",
				      MAXIMUM_CALLS);
		inner->frame = call->tail + at;
		if (call->tail_size - at < sizeof(inner->header))
			return refuse(call, "the calls end within a header");
		memcpy(&inner->header, inner->frame, sizeof(inner->header));
		if (inner->header.length < sizeof(inner->header) ||
		    inner->header.length > call->tail_size - at ||
		    inner->header.length > LONGEST_CALL)
			return refuse(call, "call %d has a wrong length",
				      count);
		if (inner->header.operation == OPERATION_repeat ||
		    inner->header.operation == OPERATION_program)
			return refuse(call, "a call repeats other calls");
		at += inner->header.length;
		count++;
	}
	return count;
}

/*
 * Finds the result of an earlier call.  Returns 1 if that call was allowed to
 * fail and made nothing, 0 otherwise, or REFUSED.
 */
static int result_of(struct call *call, const struct inner_call *calls,
		     int index, __u64 number, __u64 *result)
{
	if (number >= (__u64)index)
		return refuse(call, "call %d needs a later one", index);
	if (!calls[number].result && !calls[number].absent)
		return refuse(call, "call %llu makes nothing", number);
	*result = calls[number].result;
	return calls[number].absent;
}

/*
 * Replaces what stands for the results of earlier calls: words, and the child
 * that the request is for.  Returns 1 if such a call was allowed to fail and
 * made nothing, 0 otherwise, or REFUSED.
 */
static int insert_results(struct call *call, const struct inner_call *calls,
			  int index, struct frame_header *frame)
{
	int found, missing = 0;
	__u64 child = 0;
	__u64 *word = (__u64 *)(frame + 1);
	__u64 *end = word + (frame->length - sizeof(*frame)) / sizeof(*word);

	for (; word < end; word++) {
		__u64 number = *word - CALL_RESULT;

		if (number >= MAXIMUM_CALLS)
			continue;
		found = result_of(call, calls, index, number, word);
		if (found < 0)
			return found;
		missing |= found;
	}
	if (frame->process < PROCESS_RESULT)
		return missing;
	found = result_of(call, calls, index, frame->process - PROCESS_RESULT,
			  &child);
	if (found < 0)
		return found;
	/* The low half of a handle is the number of the child. */
	frame->process = child;
	return missing | found;
}

struct frame_header *inner_call_perform(struct call *call,
					struct inner_call *calls, int index,
					int *error)
{
	struct frame_header *request = (void *)inner_frame;
	struct frame_header *reply = (void *)inner_answer;
	struct inner_call *inner = &calls[index];
	int missing;

	memcpy(inner_frame, inner->frame, inner->header.length);
	missing = insert_results(call, calls, index, request);
	inner->result = 0;
	inner->absent = missing;
	*error = missing < 0 ? REFUSED : 0;
	if (missing)
		return NULL;
	dispatch(request, reply);
	if (reply->status != STATUS_ANSWERED)
		return reply;
	if (reply->length >= sizeof(*reply) + sizeof(inner->result))
		memcpy(&inner->result, reply + 1, sizeof(inner->result));
	inner->errors += reply->error != 0;
	return reply;
}
