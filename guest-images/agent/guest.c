// SPDX-License-Identifier: MIT
/* Accesses by the guest: the task goes into the mailbox, the vCPU does it. */
#include <string.h>

#include "clock.h"
#include "guest.h"
#include "nested_vm.h"
#include "operations.h"
#include "page.h"
#include "scan.h"

/* Every answer of a guest access starts with the end of the run. */
_Static_assert(sizeof(struct guest_end) == sizeof(struct guest_fill_answer),
	       "guest_end");

static __u64 deadline_of(__u64 milliseconds)
{
	return now() + milliseconds * 1000000;
}

static void put_task(struct vcpu *vcpu, enum guest_task task, __u64 gpa,
		     __u64 size)
{
	struct mailbox *mailbox = vcpu_mailbox(vcpu);

	mailbox->task = task;
	mailbox->gpa = gpa;
	mailbox->size = size;
	mailbox->buffer = vcpu->block_gpa + BUFFER_OFFSET;
	mailbox->difference.mismatches = 0;
	mailbox->difference.mismatch_offset = 0;
	mailbox->difference.wanted = 0;
	mailbox->difference.found = 0;
}

static unsigned char *buffer_of(struct vcpu *vcpu)
{
	return vcpu->block + BUFFER_OFFSET;
}

/* Copies in pieces of the buffer's size; data is the agent's side of it. */
static int copy(struct vcpu *vcpu, enum guest_task task, __u64 gpa,
		unsigned char *data, __u64 size, __u64 deadline,
		struct guest_end *end)
{
	__u64 done = 0, part;
	int error;

	do {
		part = size - done < BUFFER_SIZE ? size - done : BUFFER_SIZE;
		put_task(vcpu, task, gpa + done, part);
		if (task == TASK_WRITE)
			memcpy(buffer_of(vcpu), data + done, part);
		error = vcpu_run(vcpu, deadline, end);
		if (task == TASK_READ)
			memcpy(data + done, buffer_of(vcpu), end->bytes);
		done += end->bytes;
	} while (end->outcome == GUEST_DONE && done < size);
	end->bytes = done;
	return error;
}

int op_guest_read(struct call *call, const struct guest_read_request *request,
		  struct guest_read_answer *answer)
{
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);
	struct guest_end *end = (struct guest_end *)answer;
	int error;

	if (!vcpu)
		return REFUSED;
	if (request->size > call->out_room)
		return refuse(call, "%#llx bytes do not fit into an answer",
			      request->size);
	error = copy(vcpu, TASK_READ, request->gpa, call->out, request->size,
		     deadline_of(request->timeout), end);
	call->out_size = end->bytes;
	return error;
}

int op_guest_write(struct call *call, const struct guest_write_request *request,
		   struct guest_write_answer *answer)
{
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);

	if (!vcpu)
		return REFUSED;
	return copy(vcpu, TASK_WRITE, request->gpa, (unsigned char *)call->tail,
		    call->tail_size, deadline_of(request->timeout),
		    (struct guest_end *)answer);
}

/* TASK_FILL and TASK_VERIFY work on whole words. */
static bool is_aligned(struct call *call, __u64 gpa, __u64 size)
{
	if (gpa % 8 == 0 && size % 8 == 0)
		return true;
	refuse(call, "gpa %#llx or size %#llx is not a multiple of 8", gpa,
	       size);
	return false;
}

int guest_fill(struct vcpu *vcpu, __u64 gpa, __u64 size,
	       enum wire_pattern pattern, __u64 value, __u64 deadline,
	       struct guest_end *end)
{
	put_task(vcpu, TASK_FILL, gpa, size);
	vcpu_mailbox(vcpu)->pattern = pattern;
	vcpu_mailbox(vcpu)->value = value;
	return vcpu_run(vcpu, deadline, end);
}

int op_guest_fill(struct call *call, const struct guest_fill_request *request,
		  struct guest_fill_answer *answer)
{
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);

	if (!vcpu || !is_aligned(call, request->gpa, request->size))
		return REFUSED;
	return guest_fill(vcpu, request->gpa, request->size, request->pattern,
			  request->value, deadline_of(request->timeout),
			  (struct guest_end *)answer);
}

int op_guest_verify(struct call *call,
		    const struct guest_verify_request *request,
		    struct guest_verify_answer *answer)
{
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);
	const struct difference *difference;
	int error;

	if (!vcpu || !is_aligned(call, request->gpa, request->size))
		return REFUSED;
	put_task(vcpu, TASK_VERIFY, request->gpa, request->size);
	vcpu_mailbox(vcpu)->pattern = request->pattern;
	vcpu_mailbox(vcpu)->value = request->value;
	error = vcpu_run(vcpu, deadline_of(request->timeout),
			 (struct guest_end *)answer);
	difference = &vcpu_mailbox(vcpu)->difference;
	answer->mismatches = difference->mismatches;
	answer->mismatch_offset = difference->mismatch_offset;
	answer->wanted = difference->wanted;
	answer->found = difference->found;
	return error;
}

/* Adds the guest's findings about the pages from `first` on. */
static int add_runs(struct call *call, struct vcpu *vcpu, __u64 first,
		    __u64 pages)
{
	const volatile __u64 *looks = (volatile __u64 *)buffer_of(vcpu);
	bool mixed;
	__u64 i;

	for (i = 0; i < pages; i++) {
		mixed = looks[i] == SCAN_MIXED;
		if (run_add(call, first + i, mixed ? LOOK_MIXED : LOOK_TAG,
			    mixed ? 0 : looks[i]))
			return REFUSED;
	}
	return 0;
}

/* A page that faults is an answer too: the scan goes on behind it. */
int guest_scan(struct call *call, struct vcpu *vcpu, __u64 gpa, __u64 first,
	       __u64 pages, __u64 deadline, struct guest_end *end)
{
	__u64 page = 0, part;
	int error = 0;

	while (page < pages) {
		part = pages - page;
		if (part > BUFFER_SIZE / 8)
			part = BUFFER_SIZE / 8;
		put_task(vcpu, TASK_SCAN, gpa + page * PAGE_SIZE,
			 part * PAGE_SIZE);
		error = vcpu_run(vcpu, deadline, end);
		if (add_runs(call, vcpu, first + page, end->bytes / PAGE_SIZE))
			return REFUSED;
		page += end->bytes / PAGE_SIZE;
		if (end->outcome == GUEST_MEMORY_FAULT) {
			if (run_add(call, first + page++, LOOK_FAULT, 0))
				return REFUSED;
			end->outcome = GUEST_DONE;
			error = 0;
		}
		if (end->outcome != GUEST_DONE)
			break;
	}
	end->bytes = page * PAGE_SIZE;
	return error;
}

int op_guest_scan(struct call *call, const struct guest_scan_request *request,
		  struct guest_scan_answer *answer)
{
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);
	__u64 pages = request->size / PAGE_SIZE;
	int error;

	if (!vcpu)
		return REFUSED;
	if (request->gpa % PAGE_SIZE || request->size % PAGE_SIZE || !pages)
		return refuse(call, "the range is not whole pages");
	error = guest_scan(call, vcpu, request->gpa, 0, pages,
			   deadline_of(request->timeout),
			   (struct guest_end *)answer);
	answer->runs = call->out_size / sizeof(struct page_run);
	return error;
}
