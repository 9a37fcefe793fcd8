// SPDX-License-Identifier: MIT
/* A thread of a race that binds a range to a memslot and deletes the memslot. */
#include <errno.h>
#include <sys/ioctl.h>

#include "actor_files.h"
#include "actor_slots.h"
#include "uapi.h"

void actor_bind(struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;
	struct uapi_memory_region2 region = {
		.slot = request->value,
		.flags = UAPI_MEM_GUEST_MEMFD,
		.guest_phys_addr = request->gpa,
		.guest_memfd = actor->fd,
		.guest_memfd_offset = request->offset,
	};
	const __u64 sizes[] = { request->size, 0 };
	int i;

	for (i = 0; i < 2; i++) {
		region.memory_size = sizes[i];
		actor_note(actor, ioctl(actor->vm_fd,
					UAPI_SET_USER_MEMORY_REGION2, &region) ?
					  errno :
					  0);
	}
}
