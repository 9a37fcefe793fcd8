/* SPDX-License-Identifier: MIT */
/* What the files of the agent share: handles, calls, guarded accesses. */
#ifndef GMEMTEST_AGENT_H
#define GMEMTEST_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "protocol.h"

#define PAGE_SIZE 4096UL

/* Kinds of handle, in the order of handleKinds in harness/agent/wire/fields.ts. */
enum kind {
	KIND_NONE,
	KIND_VM,
	KIND_VCPU,
	KIND_GMEM,
	KIND_FILE,
	KIND_MAPPING,
	KIND_PIN,
	KIND_CHILD,
	KINDS,
};

struct machine;
struct vcpu;

/* Something that is held open for the harness. */
struct object {
	enum kind kind;
	/* Of every kind but mappings; a child's is the socket to it. */
	int fd;
	/* A pin by vmsplice: the other end of the pipe; else -1. */
	int second_fd;
	/* A mapping. */
	unsigned char *address;
	size_t size;
	/* A VM. */
	struct machine *machine;
	/* A vCPU. */
	struct vcpu *vcpu;
	/* A child. */
	pid_t pid;
};

/* One request on its way to its answer. */
struct call {
	/* The bytes behind the words of the request; a 0 byte follows them. */
	const unsigned char *tail;
	size_t tail_size;
	/* Room behind the words of the answer, and how much of it is used. */
	unsigned char *out;
	size_t out_room;
	size_t out_size;
	/* Why the request makes no sense. */
	char refusal[256];
};

/*
 * An operation returns the error number that the kernel gave, 0 for success,
 * or REFUSED when the request makes no sense.
 */
#define REFUSED (-1)
int refuse(struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define PROTOTYPE(number, name)                                                \
	int op_##name(struct call *call, const struct name##_request *request, \
		      struct name##_answer *answer);
OPERATIONS(PROTOTYPE)
#undef PROTOTYPE

/* handles.c */
#define MASK(kind) (1U << (kind))
#define DESCRIPTORS \
	(MASK(KIND_VM) | MASK(KIND_VCPU) | MASK(KIND_GMEM) | MASK(KIND_FILE))
__u64 handle_add(struct object object);
struct object *handle_find(__u64 handle, unsigned int kinds);
/* As handle_find(), and refuses the call where there is none. */
struct object *handle_need(struct call *call, __u64 handle, unsigned int kinds);
/* The range of a mapping, or NULL and the call is refused. */
unsigned char *handle_range(struct call *call, __u64 handle, __u64 offset,
			    __u64 size);
int handle_close(__u64 handle);
void handle_forget(__u64 handle);
struct object *handle_child(unsigned int process);
void handles_after_fork(void);
void handles_reset(struct call *call, struct reset_answer *answer);
int open_kvm(void);
/* A text at the start of the tail, or NULL and the call is refused. */
const char *tail_text(struct call *call, size_t length);

/* serve.c */
int serve(int in, int out, bool child);
int forward(struct object *child, const void *frame, void *answer);
int read_frame(int fd, void *frame);
int write_all(int fd, const void *data, size_t size);

/* fork.c */
void child_end(struct object *child);

/* guard.c */
struct guard_hit {
	/* 0: nothing happened. */
	int signal;
	int code;
	const unsigned char *address;
};

int guard_install(void);
/*
 * Runs work(), which may touch memory that is not there.  What work() changes
 * must be volatile, since it may end at any access.  False: see *hit.
 */
bool guarded(void (*work)(void *context), void *context, struct guard_hit *hit);

/* inject.c */
void inject_begin(void);
void inject_end(void);
/* An ioctl under test: the only kind that fail_nth has an influence on. */
int do_ioctl(int fd, unsigned long request, void *argument);

/* convert.c */
int convert_range(int fd, __u64 dialect, __u64 to, __u64 offset, __u64 size,
		  __u64 *error_offset);
/* Refuses a conversion that is none. */
int convert_check(struct call *call, const struct object *target, __u64 dialect,
		  __u64 to);

/* scan.c */
int run_add(struct call *call, __u64 page, enum page_look look, __u32 tag);

/* pin.c */
int pin_vmsplice(unsigned char *start, size_t size, int *pipe_fds);

/* actors.c */
/* Finds out which CPUs there are for us; before all else. */
int affinity_begin(void);
int affinity_count(void);
/* One bit for each of the first 64 of them; none means all. */
int affinity_set(__u64 cpus);
size_t actors_reset(void);
void actors_after_fork(void);

/* files.c */
int file_write_text(const char *path, const unsigned char *text, size_t size);

/* main.c */
__u64 now(void);

#endif /* GMEMTEST_AGENT_H */
