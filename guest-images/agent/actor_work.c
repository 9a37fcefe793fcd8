// SPDX-License-Identifier: MIT
/*
 * What the threads of a race do in one round.  Each has a certainty that the
 * others must not be able to break, see harness/agent/actors.ts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "actor_files.h"
#include "actor_signals.h"
#include "actor_memory.h"
#include "actor_touch.h"
#include "actor_work.h"
#include "clock.h"
#include "dialects.h"
#include "page.h"
#include "pin.h"
#include "run.h"

/* A vCPU that takes longer than this for one round is stuck. */
#define ROUND_NANOSECONDS (20ULL * 1000 * 1000 * 1000)

static void note_mismatch(struct actor *actor, __u64 offset, __u64 wanted,
			  __u64 found)
{
	struct actor_report *report = &actor->report;

	if (report->mismatches == 0) {
		report->mismatch_offset = offset;
		report->wanted = wanted;
		report->found = found;
	}
	report->mismatches++;
}

/* TASK_PEEK leaves the first word of each page in the vCPU's buffer. */
static const __u64 *guest_words(const struct actor *actor)
{
	return (const __u64 *)(actor->vcpu->block + BUFFER_OFFSET);
}

static void note_unexpected(struct actor *actor, const struct guest_end *end,
			    int error)
{
	struct actor_report *report = &actor->report;
	struct kvm_regs registers = { 0 };

	/* An address without a memslot may be expected; all else is worse. */
	if (report->unexpected++ && (end->exit_reason == KVM_EXIT_MMIO ||
				     report->unexpected_exit != KVM_EXIT_MMIO))
		return;
	/* The instruction that a guest without progress hangs at; 0: unknown. */
	if (!ioctl(actor->vcpu->fd, KVM_GET_REGS, &registers))
		report->unexpected_rip = registers.rip;
	report->unexpected_outcome = end->outcome;
	report->unexpected_error = error;
	report->unexpected_exit = end->exit_reason;
}

/* Lets the guest do a task on all pages of the actor. */
static bool run_guest(struct actor *actor, enum guest_task task)
{
	struct mailbox *mailbox = vcpu_mailbox(actor->vcpu);
	struct guest_end end;
	int error;

	mailbox->task = task;
	mailbox->gpa = actor->request.gpa;
	mailbox->size = actor->request.size;
	mailbox->buffer = actor->vcpu->block_gpa + BUFFER_OFFSET;
	mailbox->difference.mismatches = 0;
	error = vcpu_run(actor->vcpu, now() + ROUND_NANOSECONDS, &end);
	actor->report.done += end.bytes / PAGE_SIZE;
	if (end.outcome == GUEST_MEMORY_FAULT)
		actor->report.faults++;
	else if (end.outcome != GUEST_DONE)
		note_unexpected(actor, &end, error);
	return end.outcome == GUEST_DONE;
}

/*
 * Only the guest can reach the pages now, so what it reads must stay.  The
 * words of the first look are kept on the stack: this is for few pages.
 */
static void check_private(struct actor *actor)
{
	__u64 before[64], i, count = actor_pages(actor);
	__u64 done = actor->report.done;
	const __u64 *words = guest_words(actor);

	if (count > 64)
		count = 64;
	if (run_guest(actor, TASK_PEEK)) {
		memcpy(before, words, count * sizeof(*before));
		if (run_guest(actor, TASK_PEEK)) {
			for (i = 0; i < count; i++) {
				if (words[i] != before[i])
					note_mismatch(actor, i * PAGE_SIZE,
						      before[i], words[i]);
			}
		}
	}
	/* This actor counts conversions. */
	actor->report.done = done;
}

/*
 * A host that writes too late needs time to begin: the pages stay shared for
 * as long as one look at them takes, not only between two ioctls.
 */
static void look_at_shared(struct actor *actor)
{
	__u64 done = actor->report.done;

	(void)run_guest(actor, TASK_PEEK);
	actor->report.done = done;
}

static void convert(struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;
	__u64 error_offset = 0;
	int error = dialect_convert(request->dialect, actor->fd, actor->to,
				    request->offset, request->size,
				    &error_offset);

	actor_note(actor, error);
	if (error)
		return;
	if (actor->vcpu && actor->to == STATE_PRIVATE)
		check_private(actor);
	else if (actor->vcpu)
		look_at_shared(actor);
	actor->to = actor->to == STATE_PRIVATE ? STATE_SHARED : STATE_PRIVATE;
}

static void host_read(struct actor *actor)
{
	struct host_page page;
	__u64 i;

	for (i = 0; i < actor_pages(actor); i++) {
		page.memory = (__u64 *)(actor->memory + i * PAGE_SIZE);
		if (!actor_read_word(actor, &page))
			continue;
		actor->report.done++;
		if (actor->request.check && page.word != actor->request.value)
			note_mismatch(actor, i * PAGE_SIZE,
				      actor->request.value, page.word);
	}
}

static void host_count(struct actor *actor)
{
	struct host_page page;
	__u64 i;

	for (i = 0; i < actor_pages(actor); i++) {
		page.memory = (__u64 *)(actor->memory + i * PAGE_SIZE);
		if (!actor_read_word(actor, &page))
			continue;
		if (actor->numbers[i] && page.word != actor->numbers[i])
			note_mismatch(actor, i * PAGE_SIZE, actor->numbers[i],
				      page.word);
		actor->numbers[i] = page.word;
		page.word++;
		if (!actor_write_word(actor, &page))
			continue;
		actor->numbers[i] = page.word;
		actor->report.done++;
	}
}

static void guest_read(struct actor *actor)
{
	const __u64 *words = guest_words(actor);
	__u64 i;

	if (!run_guest(actor, TASK_PEEK) || !actor->request.check)
		return;
	for (i = 0; i < actor_pages(actor); i++) {
		if (words[i] != actor->request.value)
			note_mismatch(actor, i * PAGE_SIZE,
				      actor->request.value, words[i]);
	}
}

/* The guest keeps the last numbers in the vCPU's buffer, and compares. */
static void guest_count(struct actor *actor)
{
	const struct difference *difference =
		&vcpu_mailbox(actor->vcpu)->difference;

	(void)run_guest(actor, TASK_COUNT);
	if (difference->mismatches)
		note_mismatch(actor, difference->mismatch_offset,
			      difference->wanted, difference->found);
}

static void pin(struct actor *actor)
{
	int pipe_fds[2];
	int error = pin_vmsplice(actor->memory, actor->request.size, pipe_fds);

	/* EFAULT: the host cannot read such a page either. */
	if (error == EFAULT) {
		actor->report.faults++;
		return;
	}
	if (!error && (close(pipe_fds[0]) || close(pipe_fds[1])))
		error = errno;
	actor_note(actor, error);
}

static void (*const works[ACTOR_COUNT])(struct actor *actor) = {
	[ACTOR_CONVERT] = convert,
	[ACTOR_HOST_READ] = host_read,
	[ACTOR_HOST_COUNT] = host_count,
	[ACTOR_GUEST_READ] = guest_read,
	[ACTOR_GUEST_COUNT] = guest_count,
	[ACTOR_PIN] = pin,
	[ACTOR_REALLOCATE] = actor_reallocate,
	[ACTOR_READ_FILE] = actor_read_file,
	[ACTOR_WRITE_FILE] = actor_write_file,
	[ACTOR_SIGNAL] = actor_signal_others,
	[ACTOR_PUNCH] = actor_punch,
	[ACTOR_ALLOCATE] = actor_allocate,
	[ACTOR_BIND] = actor_bind,
	[ACTOR_MAP] = actor_map,
	[ACTOR_FORK] = actor_fork,
};

void actor_work(struct actor *actor)
{
	__u64 start = now(), took;

	works[actor->request.kind](actor);
	took = now() - start;
	if (took > actor->report.slowest)
		actor->report.slowest = took;
	actor->report.rounds++;
	if (actor->report.done || actor->report.failed ||
	    actor->report.faults || actor->report.unexpected)
		atomic_store(&actor->has_worked, true);
}
