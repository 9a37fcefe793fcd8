// SPDX-License-Identifier: MIT
/* Mappings. */
#include <errno.h>
#include <sys/mman.h>

#include "agent.h"

int op_mmap(struct call *call, const struct mmap_request *request,
	    struct mmap_answer *answer)
{
	struct object mapping = { .kind = KIND_MAPPING,
				  .fd = -1,
				  .second_fd = -1,
				  .size = request->length };
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
	/* No length is all of it. */
	if (request->length == 0)
		return handle_close(request->mapping);
	return munmap(start, request->length) ? errno : 0;
}

int op_madvise(struct call *call, const struct madvise_request *request,
	       struct madvise_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->length);
	int error;

	(void)answer;
	if (!start)
		return REFUSED;
	inject_begin();
	error = madvise(start, request->length, request->advice) ? errno : 0;
	inject_end();
	return error;
}
