/* SPDX-License-Identifier: MIT */
/* Everything that the agent holds open for the harness. */
#ifndef GMEMTEST_HANDLES_H
#define GMEMTEST_HANDLES_H

#include <stddef.h>
#include <sys/types.h>

#include "call.h"
#include "operations.h"

struct nested_vm;
struct vcpu;

struct object {
	enum wire_kind kind;
	/* Of every kind but mappings; a child's is the socket to it. */
	int fd;
	/* A pin by vmsplice: the other end of the pipe; else -1. */
	int second_fd;
	/* A mapping. */
	unsigned char *address;
	size_t size;
	/* A VM. */
	struct nested_vm *vm;
	/* A vCPU. */
	struct vcpu *vcpu;
	/* A child. */
	pid_t pid;
	/* Closes it and returns an errno; NULL closes the descriptors. */
	int (*close)(struct object *object);
};

#define MASK(kind) (1U << (kind))
#define DESCRIPTORS \
	(MASK(KIND_VM) | MASK(KIND_VCPU) | MASK(KIND_GMEM) | MASK(KIND_FILE))

__u64 handle_add(struct object object);
/* The object of a handle; refuses the call and returns NULL if none. */
struct object *handle_need(struct call *call, __u64 handle, unsigned int kinds);
/* The range of a mapping; refuses the call and returns NULL if none. */
unsigned char *handle_range(struct call *call, __u64 handle, __u64 offset,
			    __u64 size);
/* The child with this number in frame headers, or NULL. */
struct object *handle_child(unsigned int process);
int handle_close(__u64 handle);
int close_descriptors(struct object *object);
void handles_after_fork(void);
/* The number of the next handle. */
size_t handles_mark(void);
/*
 * Gives the numbers of handles since the mark out again; returns -1 if one of
 * them is open.  Only for handles that the harness never uses again.
 */
int handles_forget(size_t mark);
/* Closes all handles, counts them and lists them in the answer. */
void handles_reset(struct call *call, struct reset_answer *answer);

#endif /* GMEMTEST_HANDLES_H */
