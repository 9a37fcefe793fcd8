// SPDX-License-Identifier: MIT
/*
 * The code of the kernel that system calls of this thread reach for the first
 * time: kcov writes down each basic block that they enter (CONFIG_KCOV).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "call.h"
#include "descriptors.h"
#include "operations.h"

/* Words of the trace: the first one counts the others.  What does not fit is lost. */
#define TRACE_WORDS (1UL << 20)
/* A power of two, several times the number of blocks in KVM and a series. */
#define SEEN_SLOTS (1UL << 17)

static __u64 *trace;
/* The blocks of earlier looks; 0 is a free slot. */
static __u64 seen[SEEN_SLOTS];
static __u64 seen_count;

static int begin_trace(void)
{
	size_t size = TRACE_WORDS * sizeof(*trace);
	int fd, error;
	void *area;

	fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (ioctl(fd, KCOV_INIT_TRACE, TRACE_WORDS))
		goto fail;
	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		goto fail;
	if (ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		error = errno;
		(void)munmap(area, size);
		errno = error;
		goto fail;
	}
	trace = area;
	descriptor_keep(fd);
	return 0;
fail:
	error = errno;
	(void)close(fd);
	return error;
}

/* Adds a block to the table; false if it is there, or has no room. */
static bool is_new(__u64 block)
{
	__u64 slot = (block * 0x9e3779b97f4a7c15ULL) >> 47;

	if (seen_count >= SEEN_SLOTS / 2)
		return false;
	for (; seen[slot]; slot = (slot + 1) % SEEN_SLOTS)
		if (seen[slot] == block)
			return false;
	seen[slot] = block;
	seen_count++;
	return true;
}

/* The first look begins the trace.  An answer without room for all leaves the rest unseen. */
int op_new_code(struct call *call, const struct new_code_request *request,
		struct new_code_answer *answer)
{
	__u64 count, index, room = call->out_room / sizeof(*trace);

	(void)request;
	if (!trace)
		return begin_trace();
	count = __atomic_load_n(trace, __ATOMIC_RELAXED);
	for (index = 1; index <= count && answer->blocks < room; index++) {
		if (!is_new(trace[index]))
			continue;
		memcpy(call->out + call->out_size, &trace[index],
		       sizeof(*trace));
		call->out_size += sizeof(*trace);
		answer->blocks++;
	}
	__atomic_store_n(trace, 0, __ATOMIC_RELAXED);
	return 0;
}
