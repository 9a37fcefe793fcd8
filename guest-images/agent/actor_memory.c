// SPDX-License-Identifier: MIT
/* What the threads of a race do to memslots, mappings and address spaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor_files.h"
#include "actor_memory.h"
#include "actor_touch.h"
#include "uapi.h"

static int set_memslot(const struct actor *actor, __u64 size)
{
	const struct actor_add_request *request = &actor->request;
	struct uapi_memory_region2 region = {
		.slot = request->slot,
		.flags = UAPI_MEM_GUEST_MEMFD,
		.guest_phys_addr = request->gpa,
		.memory_size = size,
		.userspace_addr = (__u64)actor->memory,
		.guest_memfd_offset = request->offset,
		.guest_memfd = actor->fd,
	};

	return ioctl(actor->vm_fd, UAPI_SET_USER_MEMORY_REGION2, &region) < 0 ?
		       errno :
		       0;
}

void actor_bind(struct actor *actor)
{
	int error = set_memslot(actor, actor->request.size);

	actor_note(actor, error);
	if (!error)
		actor_note(actor, set_memslot(actor, 0));
}

void actor_map(struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;
	void *memory = mmap(NULL, request->size, PROT_READ | PROT_WRITE,
			    MAP_SHARED, actor->fd, request->offset);

	if (memory == MAP_FAILED) {
		actor_note(actor, errno);
		return;
	}
	actor_read_pages(actor, memory);
	actor_note(actor, munmap(memory, request->size) ? errno : 0);
}

void actor_fork(struct actor *actor)
{
	pid_t child = fork(), ended;
	int status;

	if (child == 0) {
		actor_read_pages(actor, actor->memory);
		_exit(0);
	}
	if (child < 0) {
		actor_note(actor, errno);
		return;
	}
	do {
		ended = waitpid(child, &status, 0);
	} while (ended < 0 && errno == EINTR);
	if (ended < 0)
		actor_note(actor, errno);
	else
		actor_note(actor, status ? ECHILD : 0);
}
