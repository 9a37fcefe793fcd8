// SPDX-License-Identifier: MIT
/* Mappings. */
#include <errno.h>
#include <sys/mman.h>

#include "guard.h"
#include "handles.h"
#include "inject.h"

static int mapping_close(struct object *mapping)
{
	return munmap(mapping->address, mapping->size) ? errno : 0;
}

int op_mmap(struct call *call, const struct mmap_request *request,
	    struct mmap_answer *answer)
{
	struct object mapping = { .kind = KIND_MAPPING,
				  .fd = -1,
				  .second_fd = -1,
				  .size = request->length,
				  .close = mapping_close };
	struct object *file = NULL;
	void *address;

	if (request->file) {
		file = handle_need(call, request->file,
				   MASK(KIND_GMEM) | MASK(KIND_FILE));
		if (!file)
			return REFUSED;
	}
	inject_begin();
	address = mmap((void *)request->address, request->length,
		       request->protection, request->flags,
		       file ? file->fd : -1, request->offset);
	inject_end();
	if (address == MAP_FAILED)
		return errno;
	mapping.address = address;
	answer->mapping = handle_add(mapping);
	answer->address = (__u64)address;
	return 0;
}

int op_munmap(struct call *call, const struct munmap_request *request,
	      struct munmap_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->length);

	(void)answer;
	if (!start)
		return REFUSED;
	/* Length 0 stands for the whole mapping. */
	if (request->length == 0)
		return handle_close(request->mapping);
	return munmap(start, request->length) ? errno : 0;
}

struct advice {
	unsigned char *start;
	const struct madvise_request *request;
	volatile int error;
};

static void advise(void *context)
{
	struct advice *advice = context;
	const struct madvise_request *request = advice->request;

	inject_begin();
	advice->error = 0;
	if (madvise(advice->start, request->length, request->advice))
		advice->error = errno;
	inject_end();
}

/* MADV_HWPOISON may hit the agent: then the signal is the answer. */
int op_madvise(struct call *call, const struct madvise_request *request,
	       struct madvise_answer *answer)
{
	struct advice advice = {
		.start = handle_range(call, request->mapping, request->offset,
				      request->length),
		.request = request,
	};
	struct guard_hit hit;

	if (!advice.start)
		return REFUSED;
	if (guarded(advise, &advice, &hit))
		return advice.error;
	answer->signal = hit.signal;
	answer->signal_code = hit.code;
	/* It may name the page at its address in another mapping. */
	if (hit.address < advice.start ||
	    hit.address >= advice.start + request->length)
		return 0;
	answer->fault_offset = request->offset + (hit.address - advice.start);
	answer->address_bits = hit.address_bits;
	return 0;
}
