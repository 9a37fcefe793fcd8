// SPDX-License-Identifier: MIT
/* Accesses by the host, to a mapping in this process. */
#include <signal.h>
#include <string.h>

#include "guard.h"
#include "handles.h"
#include "inject.h"
#include "pattern.h"

/* Every answer of a host access starts with these. */
struct host_end {
	__u64 outcome;
	__u64 signal_code;
	__u64 fault_offset;
	__u64 address_bits;
	__u64 bytes;
};

_Static_assert(sizeof(struct host_end) == sizeof(struct host_fill_answer),
	       "host_end");

/* One access; done and difference survive a fault in it. */
struct access {
	volatile unsigned char *memory;
	unsigned char *data;
	__u64 size;
	__u64 pattern;
	__u64 value;
	volatile __u64 done;
	struct difference difference;
};

/* Page by page, so that the progress before a fault is known. */
static __u64 part_of(const struct access *access, __u64 done)
{
	__u64 room = PAGE_SIZE - (__u64)(access->memory + done) % PAGE_SIZE;

	return access->size - done < room ? access->size - done : room;
}

static void read_work(void *context)
{
	struct access *access = context;
	__u64 done, part;

	for (done = 0; done < access->size; done += part) {
		part = part_of(access, done);
		memcpy(access->data + done,
		       (unsigned char *)access->memory + done, part);
		access->done = done + part;
	}
}

static void write_work(void *context)
{
	struct access *access = context;
	__u64 done, part;

	for (done = 0; done < access->size; done += part) {
		part = part_of(access, done);
		memcpy((unsigned char *)access->memory + done,
		       access->data + done, part);
		access->done = done + part;
	}
}

static void fill_work(void *context)
{
	struct access *access = context;
	volatile __u64 *words = (volatile __u64 *)access->memory;
	__u64 at, word = 0;

	for (at = 0; at < access->size; at += 8) {
		if (at % PAGE_SIZE == 0) {
			access->done = at;
			word = pattern_word(access->pattern, access->value,
					    at / PAGE_SIZE);
		}
		words[at / 8] = word;
	}
	access->done = at;
}

static void verify_work(void *context)
{
	struct access *access = context;
	volatile __u64 *words = (volatile __u64 *)access->memory;
	__u64 at, word = 0, found;

	for (at = 0; at < access->size; at += 8) {
		if (at % PAGE_SIZE == 0) {
			access->done = at;
			word = pattern_word(access->pattern, access->value,
					    at / PAGE_SIZE);
		}
		found = words[at / 8];
		if (found != word)
			note_difference(&access->difference, at, word, found);
	}
	access->done = at;
}

/* A fault is reported by its offset from the start of the mapping. */
static void run_access(struct access *access, void (*work)(void *),
		       __u64 offset, struct host_end *end)
{
	struct guard_hit hit;

	inject_begin();
	if (guarded(work, access, &hit)) {
		inject_end();
		end->outcome = HOST_DONE;
		end->bytes = access->size;
		return;
	}
	inject_end();
	end->outcome = hit.signal == SIGBUS ? HOST_SIGBUS : HOST_SIGSEGV;
	end->signal_code = hit.code;
	end->fault_offset = offset + (hit.address - access->memory);
	end->address_bits = hit.address_bits;
	end->bytes = access->done;
}

int op_host_read(struct call *call, const struct host_read_request *request,
		 struct host_read_answer *answer)
{
	struct access access = {
		.memory = handle_range(call, request->mapping, request->offset,
				       request->size),
		.data = call->out,
		.size = request->size,
	};
	struct host_end *end = (struct host_end *)answer;

	if (!access.memory)
		return REFUSED;
	if (request->size > call->out_room)
		return refuse(call, "%#llx bytes do not fit into an answer",
			      request->size);
	run_access(&access, read_work, request->offset, end);
	call->out_size = end->bytes;
	return 0;
}

int op_host_write(struct call *call, const struct host_write_request *request,
		  struct host_write_answer *answer)
{
	struct access access = {
		.memory = handle_range(call, request->mapping, request->offset,
				       call->tail_size),
		.data = (unsigned char *)call->tail,
		.size = call->tail_size,
	};

	if (!access.memory)
		return REFUSED;
	run_access(&access, write_work, request->offset,
		   (struct host_end *)answer);
	return 0;
}

static bool is_aligned(struct call *call, __u64 offset, __u64 size)
{
	if (offset % 8 == 0 && size % 8 == 0)
		return true;
	refuse(call, "offset %#llx or size %#llx is not a multiple of 8",
	       offset, size);
	return false;
}

int op_host_fill(struct call *call, const struct host_fill_request *request,
		 struct host_fill_answer *answer)
{
	struct access access = {
		.memory = handle_range(call, request->mapping, request->offset,
				       request->size),
		.size = request->size,
		.pattern = request->pattern,
		.value = request->value,
	};

	if (!access.memory || !is_aligned(call, request->offset, request->size))
		return REFUSED;
	run_access(&access, fill_work, request->offset,
		   (struct host_end *)answer);
	return 0;
}

int op_host_verify(struct call *call, const struct host_verify_request *request,
		   struct host_verify_answer *answer)
{
	struct access access = {
		.memory = handle_range(call, request->mapping, request->offset,
				       request->size),
		.size = request->size,
		.pattern = request->pattern,
		.value = request->value,
	};

	if (!access.memory || !is_aligned(call, request->offset, request->size))
		return REFUSED;
	run_access(&access, verify_work, request->offset,
		   (struct host_end *)answer);
	answer->mismatches = access.difference.mismatches;
	answer->mismatch_offset = access.difference.mismatch_offset;
	answer->wanted = access.difference.wanted;
	answer->found = access.difference.found;
	return 0;
}
