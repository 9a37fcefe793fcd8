// SPDX-License-Identifier: MIT
/* Many small operations on one file in one request: a round trip costs more. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "clock.h"
#include "dialects.h"
#include "guard.h"
#include "guest.h"
#include "nested_vm.h"
#include "operations.h"
#include "page.h"
#include "scan.h"

/* What the steps work on. */
struct stage {
	struct call *call;
	const struct steps_request *request;
	__u64 deadline;
	int target_fd;
	int file_fd;
	/* NULL without a vCPU. */
	struct vcpu *vcpu;
};

struct fill {
	volatile __u64 *words;
	const struct step *step;
};

static void fill_work(void *context)
{
	struct fill *fill = context;
	__u64 word = pattern_word(PATTERN_BYTE, fill->step->value, 0), i;

	for (i = 0; i < fill->step->count * PAGE_WORDS; i++)
		fill->words[i] = word;
}

static int host_step(struct stage *stage, const struct step *step)
{
	unsigned char *memory =
		handle_range(stage->call, stage->request->mapping,
			     step->first * PAGE_SIZE, step->count * PAGE_SIZE);
	struct fill fill = { (__u64 *)memory, step };
	struct guard_hit hit;

	if (!memory)
		return REFUSED;
	if (step->does == STEP_HOST_LOOK)
		return host_scan(stage->call, memory, step->first, step->count);
	return guarded(fill_work, &fill, &hit) ? 0 : EFAULT;
}

static int guest_step(struct stage *stage, const struct step *step)
{
	__u64 gpa = stage->request->gpa + step->first * PAGE_SIZE;
	struct guest_end end;
	int error;

	if (!stage->vcpu)
		return refuse(stage->call,
			      "a step of the guest without a vCPU");
	if (step->count == 0)
		return refuse(stage->call, "a step of the guest has no pages");
	if (step->does == STEP_GUEST_LOOK)
		error = guest_scan(stage->call, stage->vcpu, gpa, step->first,
				   step->count, stage->deadline, &end);
	else
		error = guest_fill(stage->vcpu, gpa, step->count * PAGE_SIZE,
				   PATTERN_BYTE, step->value, stage->deadline,
				   &end);
	if (!error && end.outcome != GUEST_DONE)
		return EIO;
	return error;
}

static int file_step(struct stage *stage, const struct step *step)
{
	int mode = FALLOC_FL_KEEP_SIZE;

	if (step->does == STEP_PUNCH)
		mode |= FALLOC_FL_PUNCH_HOLE;
	return fallocate(stage->file_fd, mode, step->first * PAGE_SIZE,
			 step->count * PAGE_SIZE) ?
		       errno :
		       0;
}

static int one_step(struct stage *stage, const struct step *step)
{
	const struct steps_request *request = stage->request;
	__u64 error_offset = 0;

	switch (step->does) {
	case STEP_TO_SHARED:
	case STEP_TO_PRIVATE:
		return dialect_convert(request->dialect, stage->target_fd,
				       step->does == STEP_TO_SHARED ?
					       STATE_SHARED :
					       STATE_PRIVATE,
				       request->base + step->first * PAGE_SIZE,
				       step->count * PAGE_SIZE, &error_offset);
	case STEP_HOST_FILL:
	case STEP_HOST_LOOK:
		return host_step(stage, step);
	case STEP_GUEST_FILL:
	case STEP_GUEST_LOOK:
		return guest_step(stage, step);
	case STEP_PUNCH:
	case STEP_ALLOCATE:
		return file_step(stage, step);
	default:
		return refuse(stage->call, "no step has this number");
	}
}

/* The first step that fails is the last one: the answer counts those before. */
int op_steps(struct call *call, const struct steps_request *request,
	     struct steps_answer *answer)
{
	struct stage stage = {
		.call = call,
		.request = request,
		.deadline = now() + request->timeout * 1000000,
	};
	struct object *target, *file;
	struct step step;
	__u64 count = call->tail_size / sizeof(step);
	int error = 0;

	target = dialect_target(call, request->target, request->dialect,
				STATE_SHARED);
	if (!target)
		return REFUSED;
	file = handle_need(call, request->file, MASK(KIND_GMEM));
	if (!file)
		return REFUSED;
	if (request->vcpu) {
		stage.vcpu = vcpu_need(call, request->vcpu);
		if (!stage.vcpu)
			return REFUSED;
	}
	stage.target_fd = target->fd;
	stage.file_fd = file->fd;

	while (!error && answer->done < count) {
		memcpy(&step, call->tail + answer->done * sizeof(step),
		       sizeof(step));
		error = one_step(&stage, &step);
		if (!error)
			answer->done++;
	}
	answer->runs = call->out_size / sizeof(struct page_run);
	return error;
}
