/* SPDX-License-Identifier: MIT */
/* VMs and vCPUs, and the memory in them that belongs to the agent. */
#ifndef GMEMTEST_MACHINE_H
#define GMEMTEST_MACHINE_H

#include "agent.h"
#include "guest_code.h"
#include "uapi.h"

/*
 * The agent's own memory in each VM: below 4 GiB, where scenarios have no
 * slots, in the hole that a PC has there.  Page tables, the guest's code, then
 * a block for each vCPU.
 */
#define AREA_GPA 0xe0000000ULL
#define AREA_SIZE 0x200000ULL
#define AREA_SLOT 0x7f00
#define PML4_OFFSET 0x0
#define PDPT_OFFSET 0x1000
#define CODE_OFFSET 0x2000
#define CODE_ROOM 0x2000
#define BLOCKS_OFFSET 0x10000
#define MAXIMUM_VCPUS 16
/* A vCPU's block: the mailbox, its stack, then its buffer. */
#define BLOCK_SIZE 0x14000
#define STACK_END 0x2000
#define BUFFER_OFFSET 0x2000
#define BUFFER_SIZE 0x10000

_Static_assert(BLOCKS_OFFSET + MAXIMUM_VCPUS * BLOCK_SIZE <= AREA_SIZE, "area");
_Static_assert(BUFFER_OFFSET + BUFFER_SIZE <= BLOCK_SIZE, "block");

struct machine {
	int fd;
	/* The handle of the VM and those of its vCPUs. */
	unsigned int users;
	unsigned int vcpus;
	/* NULL before the first vCPU. */
	unsigned char *area;
};

struct vcpu {
	int fd;
	struct machine *machine;
	struct kvm_run *run;
	size_t run_size;
	/* The block, as the agent and as the guest address it. */
	unsigned char *block;
	__u64 block_gpa;
	/* The last exit left an instruction half done. */
	bool unfinished;
	/* A thread of a race runs it. */
	bool busy;
};

/* How a run of a vCPU ended; the start of the answer to every guest access. */
struct guest_end {
	__u64 outcome;
	__u64 exit_reason;
	__u64 fault_gpa;
	__u64 fault_size;
	__u64 fault_flags;
	__u64 bytes;
};

/* machine.c */
void machine_put(struct machine *machine);
void vcpu_close(struct vcpu *vcpu);
struct vcpu *vcpu_need(struct call *call, __u64 handle);

/* registers.c */
int vcpu_set_up(int kvm, struct vcpu *vcpu);
int vcpu_rewind(struct vcpu *vcpu);
void area_fill(unsigned char *area);

/* run.c */
struct mailbox *vcpu_mailbox(const struct vcpu *vcpu);
/*
 * Lets the guest do what is in the mailbox.  Returns the errno of KVM_RUN; the
 * deadline is in nanoseconds of now().
 */
int vcpu_run(struct vcpu *vcpu, __u64 deadline, struct guest_end *end);

#endif /* GMEMTEST_MACHINE_H */
