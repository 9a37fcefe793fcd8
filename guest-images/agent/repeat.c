// SPDX-License-Identifier: MIT
/*
 * Rounds of operations within the agent: a thousand calls in one round trip.
 * The tail of the request has the frames of the operations, as the agent gets
 * them one by one otherwise.  Their headers tell the end that is wanted: the
 * error number, and in the sequence the first word of the answer.
 */
#include <string.h>

#include "handles.h"
#include "inner_calls.h"
#include "operations.h"

/* In a header: any error number, any first word. */
#define ANYTHING (~(__u32)0)

/* Makes one call; returns whether it ended as it should, or REFUSED. */
static int make_call(struct call *call, struct inner_call *calls, int index,
		     struct repeat_answer *answer)
{
	struct inner_call *inner = &calls[index];
	__u32 wanted = inner->header.sequence;
	struct frame_header *reply;
	int error;

	reply = inner_call_perform(call, calls, index, &error);
	if (!reply)
		return error ? error : 1;
	if (reply->status != STATUS_ANSWERED)
		return refuse(call, "round %llu, call %d: %.*s", answer->done,
			      index, (int)(reply->length - sizeof(*reply)),
			      (const char *)(reply + 1));
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
	struct inner_call calls[MAXIMUM_CALLS] = { 0 };
	int count, i, met = 1;

	count = inner_calls_find(call, calls);
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
