// SPDX-License-Identifier: MIT
/*
 * Rounds of operations within the agent: a thousand calls in one round trip.
 * The tail of the request has the frames of the operations, as the agent gets
 * them one by one otherwise.  Their headers tell the end that is wanted: the
 * error number, and in the sequence the first word of the answer.
 */
#include <stdbool.h>
#include <string.h>

#include "channel.h"
#include "handles.h"
#include "operations.h"
#include "serve.h"

#define MAXIMUM_CALLS 32
/* Longer calls, such as the contents of files, have no place in a round. */
#define LONGEST_CALL 4096
/* In a header: any error number, any first word. */
#define ANYTHING (~(__u32)0)

struct round_call {
	const unsigned char *frame;
	struct frame_header header;
	/* The first word of its last answer: the handle of what it made. */
	__u64 result;
	/* In this round it made nothing, as it may: no later call needs it. */
	bool absent;
	/* How often it ended with an error. */
	__u64 errors;
};

static unsigned char inner_frame[LONGEST_CALL + 1] __attribute__((aligned(8)));
static unsigned char inner_answer[MAXIMUM_FRAME] __attribute__((aligned(8)));

/* Finds the frames in the tail; returns their number, or REFUSED. */
static int find_calls(struct call *call, struct round_call *calls)
{
	size_t at = 0;
	int count = 0;

	while (at < call->tail_size) {
		struct round_call *inner = &calls[count];

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
		if (inner->header.operation == OPERATION_repeat)
			return refuse(call, "a call repeats other calls");
		at += inner->header.length;
		count++;
	}
	return count;
}

/*
 * Replaces the words that stand for the result of an earlier call.  Returns 1
 * if that call was allowed to fail and made nothing, 0 otherwise, or REFUSED.
 */
static int insert_results(struct call *call, const struct round_call *calls,
			  int index, struct frame_header *frame)
{
	int missing = 0;
	__u64 *word = (__u64 *)(frame + 1);
	__u64 *end = word + (frame->length - sizeof(*frame)) / sizeof(*word);

	for (; word < end; word++) {
		__u64 number = *word - CALL_RESULT;

		if (number >= MAXIMUM_CALLS)
			continue;
		if (number >= (__u64)index)
			return refuse(call, "call %d needs a later one", index);
		if (!calls[number].result && !calls[number].absent)
			return refuse(call, "call %llu makes nothing", number);
		*word = calls[number].result;
		missing |= calls[number].absent;
	}
	return missing;
}

/* Makes one call; returns whether it ended as it should, or REFUSED. */
static int make_call(struct call *call, struct round_call *calls, int index,
		     struct repeat_answer *answer)
{
	struct frame_header *request = (void *)inner_frame;
	struct frame_header *reply = (void *)inner_answer;
	struct round_call *inner = &calls[index];
	__u32 wanted = inner->header.sequence;
	int missing;

	memcpy(inner_frame, inner->frame, inner->header.length);
	missing = insert_results(call, calls, index, request);
	inner->result = 0;
	inner->absent = missing;
	if (missing)
		return missing;
	perform(request, reply);
	if (reply->status != STATUS_ANSWERED)
		return refuse(call, "round %llu, call %d: %.*s", answer->done,
			      index, (int)(reply->length - sizeof(*reply)),
			      (const char *)(reply + 1));
	if (reply->length >= sizeof(*reply) + sizeof(inner->result))
		memcpy(&inner->result, reply + 1, sizeof(inner->result));
	inner->errors += reply->error != 0;
	inner->absent = reply->error != 0 && inner->header.error == ANYTHING;
	answer->call = index;
	answer->error = reply->error;
	answer->word = inner->result;
	return (inner->header.error == ANYTHING ||
		inner->header.error == reply->error) &&
	       (wanted == ANYTHING || wanted == inner->result);
}

int op_repeat(struct call *call, const struct repeat_request *request,
	      struct repeat_answer *answer)
{
	size_t mark = handles_mark();
	struct round_call calls[MAXIMUM_CALLS] = { 0 };
	int count, i, met = 1;

	count = find_calls(call, calls);
	if (count < 0)
		return REFUSED;
	while (met && answer->done < request->rounds) {
		for (i = 0; i < count && met > 0; i++)
			met = make_call(call, calls, i, answer);
		if (met < 0)
			return REFUSED;
		if (met && handles_forget(mark))
			return refuse(call, "a round leaves a handle open");
		answer->done += met;
	}
	for (i = 0; i < count; i++) {
		memcpy(call->out + call->out_size, &calls[i].errors,
		       sizeof(calls[i].errors));
		call->out_size += sizeof(calls[i].errors);
	}
	return 0;
}
