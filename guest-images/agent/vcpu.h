/* SPDX-License-Identifier: MIT */
/* Nested VMs and their vCPUs, and the memory in them that the agent owns. */
#ifndef GMEMTEST_VCPU_H
#define GMEMTEST_VCPU_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

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

struct nested_vm {
	int fd;
	/* The handle of the VM and those of its vCPUs. */
	unsigned int users;
	unsigned int vcpus;
	/* NULL before the first vCPU. */
	unsigned char *area;
};

struct vcpu {
	int fd;
	struct nested_vm *vm;
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

#endif /* GMEMTEST_VCPU_H */
