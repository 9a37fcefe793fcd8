/* SPDX-License-Identifier: MIT */
/* What the agent and its code in the guest tell each other. */
#ifndef GMEMTEST_GUEST_CODE_H
#define GMEMTEST_GUEST_CODE_H

#include "pattern.h"

/* The guest writes to this port when it has done its task. */
#define DONE_PORT 0x3e0

enum guest_task {
	TASK_READ,
	TASK_WRITE,
	TASK_FILL,
	TASK_VERIFY,
	TASK_SCAN,
	TASK_PEEK,
	TASK_COUNT,
};

/* In guest memory, at the start of a vCPU's block. */
struct mailbox {
	/* The task, and its memory. */
	volatile __u64 task;
	volatile __u64 gpa;
	volatile __u64 size;
	volatile __u64 pattern;
	volatile __u64 value;
	/* The guest's address of the vCPU's buffer. */
	volatile __u64 buffer;
	/* The progress. */
	volatile __u64 bytes;
	struct difference difference;
};

/*
 * TASK_READ and TASK_WRITE copy between memory and the buffer, up to its size.
 * TASK_SCAN writes one word for each page to the buffer: its tag, or this.
 * TASK_PEEK reads the first word of each page into the buffer.
 * TASK_COUNT compares the first word of each page with the one in the buffer,
 * unless that is 0, adds one and stores it in both places.
 */
#define SCAN_MIXED 0x100

/* The section of the agent that is copied into the guest, see guest_code.c. */
extern const unsigned char __start_guest_code[], __stop_guest_code[];
void guest_main(struct mailbox *mailbox);

#endif /* GMEMTEST_GUEST_CODE_H */
