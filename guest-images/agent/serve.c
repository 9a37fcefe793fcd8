// SPDX-License-Identifier: MIT
/* Frames in, frames out: the loop that every process of the agent runs. */
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "fork.h"
#include "handles.h"
#include "operations.h"
#include "serve.h"
#include "signals.h"

typedef int (*operation)(struct call *call, const void *request, void *answer);

#define THUNK(number, name, request_fields, answer_fields)            \
	static int run_##name(struct call *call, const void *request, \
			      void *answer)                           \
	{                                                             \
		return op_##name(call, request, answer);              \
	}
OPERATIONS(THUNK)

#define ENTRY(number, name, request_fields, answer_fields)      \
	[number] = { run_##name, sizeof(struct name##_request), \
		     sizeof(struct name##_answer) },
static const struct {
	operation run;
	size_t request_size;
	size_t answer_size;
} operations[] = { OPERATIONS(ENTRY) };

#define OPERATION_COUNT (sizeof(operations) / sizeof(operations[0]))

/* One byte more, so that a text at the end of a request can be terminated. */
static unsigned char request_frame[MAXIMUM_FRAME + 1]
	__attribute__((aligned(8)));
static unsigned char answer_frame[MAXIMUM_FRAME] __attribute__((aligned(8)));

static void answer_with_text(struct frame_header *answer,
			     enum wire_status status, const char *text)
{
	size_t length = strlen(text);

	answer->status = status;
	answer->error = 0;
	answer->length = sizeof(*answer) + length;
	memcpy(answer + 1, text, length);
}

static void perform(struct frame_header *request, struct frame_header *answer)
{
	static bool greeted;
	struct call call = { 0 };
	size_t size = request->length - sizeof(*request), words;
	int error;

	*answer = *request;
	if (request->operation >= OPERATION_COUNT ||
	    !operations[request->operation].run ||
	    size < operations[request->operation].request_size) {
		answer_with_text(answer, STATUS_REFUSED,
				 "no such operation, or too few words for it");
		return;
	}
	if (!greeted && request->operation != OPERATION_hello) {
		answer_with_text(answer, STATUS_REFUSED, "hello must be first");
		return;
	}
	greeted = true;

	words = operations[request->operation].request_size;
	call.tail = (unsigned char *)(request + 1) + words;
	call.tail_size = size - words;
	((unsigned char *)request)[request->length] = 0;
	words = operations[request->operation].answer_size;
	call.out = (unsigned char *)(answer + 1) + words;
	call.out_room = MAXIMUM_FRAME - sizeof(*answer) - words;
	memset(answer + 1, 0, words);

	signals_begin();
	error = operations[request->operation].run(&call, request + 1,
						   answer + 1);
	signals_end();
	if (error == REFUSED) {
		answer_with_text(answer, STATUS_REFUSED, call.refusal);
		return;
	}
	answer->error = error;
	answer->length = sizeof(*answer) + words + call.out_size;
}

/* Passes a frame on to a child, and its answer back: its length, or <= 0. */
static int forward(struct object *child, const struct frame_header *frame,
		   void *answer)
{
	if (write_all(child->fd, frame, frame->length))
		return -1;
	return read_frame(child->fd, answer);
}

/* A child performs the request; its answer is passed on as it is. */
static void route(struct frame_header *request, struct frame_header *answer)
{
	struct object *child = handle_child(request->process);

	*answer = *request;
	if (!child) {
		answer_with_text(answer, STATUS_REFUSED, "no such child");
		return;
	}
	if (forward(child, request, answer) > 0)
		return;
	*answer = *request;
	if (child_crashed(child))
		answer_with_text(answer, STATUS_CHILD_CRASHED,
				 "the child crashed while it was doing this");
	else
		answer_with_text(answer, STATUS_CHILD_GONE,
				 "the child died while it was doing this");
}

void dispatch(struct frame_header *request, struct frame_header *answer)
{
	if (request->process == 0 || in_child())
		perform(request, answer);
	else
		route(request, answer);
}

int serve(int in, int out)
{
	struct frame_header *request = (void *)request_frame;
	struct frame_header *answer = (void *)answer_frame;
	int length;

	for (;;) {
		length = read_frame(in, request);
		if (length == 0)
			return 0;
		if (length < 0) {
			fprintf(stderr, "agent: a request is garbage\n");
			return 2;
		}
		dispatch(request, answer);
		if (write_all(out, answer, answer->length)) {
			perror("agent: the answer cannot be written");
			return 2;
		}
	}
}
