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

#define MAXIMUM_STEPS 32
/* Longer steps, such as the contents of files, have no place in a round. */
#define MAXIMUM_STEP 4096
/* In a header: any error number, any first word. */
#define ANYTHING (~(__u32)0)

struct round_step {
	const unsigned char *frame;
	struct frame_header header;
	/* The first word of its last answer: the handle of what it made. */
	__u64 result;
	/* In this round it made nothing, as it may: no later step needs it. */
	bool absent;
	/* How often it ended with an error. */
	__u64 errors;
};

static unsigned char step_frame[MAXIMUM_STEP + 1] __attribute__((aligned(8)));
static unsigned char step_answer[MAXIMUM_FRAME] __attribute__((aligned(8)));

/* Finds the frames in the tail; returns their number, or REFUSED. */
static int find_steps(struct call *call, struct round_step *steps)
{
	size_t at = 0;
	int count = 0;

	while (at < call->tail_size) {
		struct round_step *step = &steps[count];

		if (count == MAXIMUM_STEPS)
			return refuse(call, "more than %d steps",
				      MAXIMUM_STEPS);
		step->frame = call->tail + at;
		if (call->tail_size - at < sizeof(step->header))
			return refuse(call, "the steps end within a header");
		memcpy(&step->header, step->frame, sizeof(step->header));
		if (step->header.length < sizeof(step->header) ||
		    step->header.length > call->tail_size - at ||
		    step->header.length > MAXIMUM_STEP)
			return refuse(call, "step %d has a wrong length",
				      count);
		if (step->header.operation == OPERATION_repeat)
			return refuse(call, "a step repeats other steps");
		at += step->header.length;
		count++;
	}
	return count;
}

/*
 * Replaces the words that stand for the result of an earlier step.  Returns 1
 * if that step was allowed to fail and made nothing, 0 otherwise, or REFUSED.
 */
static int insert_results(struct call *call, const struct round_step *steps,
			  int index, struct frame_header *frame)
{
	int missing = 0;
	__u64 *word = (__u64 *)(frame + 1);
	__u64 *end = word + (frame->length - sizeof(*frame)) / sizeof(*word);

	for (; word < end; word++) {
		__u64 step = *word - STEP_RESULT;

		if (step >= MAXIMUM_STEPS)
			continue;
		if (step >= (__u64)index)
			return refuse(call, "step %d needs a later one", index);
		if (!steps[step].result && !steps[step].absent)
			return refuse(call, "step %llu makes nothing", step);
		*word = steps[step].result;
		missing |= steps[step].absent;
	}
	return missing;
}

/* Performs one step; returns whether it ended as it should, or REFUSED. */
static int take_step(struct call *call, struct round_step *steps, int index,
		     struct repeat_answer *answer)
{
	struct frame_header *request = (void *)step_frame;
	struct frame_header *reply = (void *)step_answer;
	struct round_step *step = &steps[index];
	__u32 wanted = step->header.sequence;
	int missing;

	memcpy(step_frame, step->frame, step->header.length);
	missing = insert_results(call, steps, index, request);
	step->result = 0;
	step->absent = missing;
	if (missing)
		return missing;
	perform(request, reply);
	if (reply->status != STATUS_ANSWERED)
		return refuse(call, "round %llu, step %d: %.*s", answer->done,
			      index, (int)(reply->length - sizeof(*reply)),
			      (const char *)(reply + 1));
	if (reply->length >= sizeof(*reply) + sizeof(step->result))
		memcpy(&step->result, reply + 1, sizeof(step->result));
	step->errors += reply->error != 0;
	step->absent = reply->error != 0 && step->header.error == ANYTHING;
	answer->step = index;
	answer->error = reply->error;
	answer->word = step->result;
	return (step->header.error == ANYTHING ||
		step->header.error == reply->error) &&
	       (wanted == ANYTHING || wanted == step->result);
}

int op_repeat(struct call *call, const struct repeat_request *request,
	      struct repeat_answer *answer)
{
	size_t mark = handles_mark();
	struct round_step steps[MAXIMUM_STEPS] = { 0 };
	int count, i, met = 1;

	count = find_steps(call, steps);
	if (count < 0)
		return REFUSED;
	while (met && answer->done < request->rounds) {
		for (i = 0; i < count && met > 0; i++)
			met = take_step(call, steps, i, answer);
		if (met < 0)
			return REFUSED;
		if (met && handles_forget(mark))
			return refuse(call, "a round leaves a handle open");
		answer->done += met;
	}
	for (i = 0; i < count; i++) {
		memcpy(call->out + call->out_size, &steps[i].errors,
		       sizeof(steps[i].errors));
		call->out_size += sizeof(steps[i].errors);
	}
	return 0;
}
