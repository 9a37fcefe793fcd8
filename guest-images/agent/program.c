// SPDX-License-Identifier: MIT
/*
 * A program: operations one after the other within the agent, without a round
 * trip for each.  Unlike a round, it goes on after an error: the answer has
 * the answers of all calls, as frames.
 */
#include <string.h>

#include "handles.h"
#include "inner_calls.h"
#include "operations.h"

static struct inner_call calls[MAXIMUM_CALLS];

/* Adds the answer of a call; refuses the program when there is no more room. */
static int add_answer(struct call *call, const struct frame_header *answer,
		      const char *text)
{
	size_t length = text ? strlen(text) : answer->length - sizeof(*answer);
	struct frame_header header = *answer;

	if (sizeof(header) + length > call->out_room - call->out_size)
		return refuse(call, "the answers do not fit into a frame");
	header.length = sizeof(header) + length;
	memcpy(call->out + call->out_size, &header, sizeof(header));
	memcpy(call->out + call->out_size + sizeof(header),
	       text ? (const void *)text : answer + 1, length);
	call->out_size += header.length;
	return 0;
}

/*
 * A call that needs what an earlier one failed to make is refused alone: the
 * harness knows which answer was the first that is not as it should be.
 */
static int make_call(struct call *call, int index)
{
	struct frame_header refused = calls[index].header;
	struct frame_header *reply;
	int error;

	reply = inner_call_perform(call, calls, index, &error);
	if (reply)
		return add_answer(call, reply, NULL);
	refused.status = STATUS_REFUSED;
	return add_answer(call, &refused, call->refusal);
}

int op_program(struct call *call, const struct program_request *request,
	       struct program_answer *answer)
{
	size_t mark = handles_mark();
	int count, error = 0;

	(void)request;
	memset(calls, 0, sizeof(calls));
	count = inner_calls_find(call, calls);
	if (count < 0)
		return REFUSED;
	while (!error && answer->calls < (__u64)count) {
		error = make_call(call, answer->calls);
		answer->calls += !error;
	}
	/* What the program leaves open keeps its number. */
	(void)handles_forget(mark);
	return error;
}
