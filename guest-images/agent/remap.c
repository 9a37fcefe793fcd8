// SPDX-License-Identifier: MIT
/* What programs do with their mappings: move, resize, protect and lock them. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "handles.h"
#include "inject.h"

/* No handle covers it, so that handles_reset() would not unmap it. */
static int unmap_stray(unsigned char *found, const unsigned char *start,
		       const unsigned char *place,
		       const struct mremap_request *request)
{
	if (found != start && found != place)
		return munmap(found, request->new_size) ? errno : 0;
	if (found == start && request->new_size > request->old_size)
		return munmap(found + request->old_size,
			      request->new_size - request->old_size) ?
			       errno :
			       0;
	return 0;
}

int op_mremap(struct call *call, const struct mremap_request *request,
	      struct mremap_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->old_size);
	unsigned char *place = NULL;
	void *found;

	if (!start)
		return REFUSED;
	if (request->place) {
		place = handle_range(call, request->place,
				     request->place_offset, request->new_size);
		if (!place)
			return REFUSED;
	}
	inject_begin();
	found = mremap(start, request->old_size, request->new_size,
		       request->flags, place);
	inject_end();
	if (found == MAP_FAILED)
		return errno;
	answer->address = (__u64)found;
	return unmap_stray(found, start, place, request);
}

int op_mprotect(struct call *call, const struct mprotect_request *request,
		struct mprotect_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->length);

	(void)answer;
	if (!start)
		return REFUSED;
	return mprotect(start, request->length, request->protection) ? errno :
								       0;
}

int op_mlock(struct call *call, const struct mlock_request *request,
	     struct mlock_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->length);

	(void)answer;
	if (!start)
		return REFUSED;
	switch (request->how) {
	case LOCK_LOCK:
		return mlock(start, request->length) ? errno : 0;
	case LOCK_LOCK_ON_FAULT:
		return mlock2(start, request->length, MLOCK_ONFAULT) ? errno :
								       0;
	case LOCK_UNLOCK:
		return munlock(start, request->length) ? errno : 0;
	}
	return refuse(call, "no way of locking has this number");
}
