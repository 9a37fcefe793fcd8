// SPDX-License-Identifier: MIT
/* guest_memfd files: creation, conversion, and ioctls with any argument. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "dialects.h"
#include "inject.h"
#include "page.h"
#include "uapi.h"

int op_gmem_create(struct call *call, const struct gmem_create_request *request,
		   struct gmem_create_answer *answer)
{
	struct object *vm = handle_need(call, request->vm, MASK(KIND_VM));
	struct object gmem = { .kind = KIND_GMEM, .second_fd = -1 };
	struct uapi_create_guest_memfd create = {
		.size = request->size,
		.flags = request->flags,
	};

	if (!vm)
		return REFUSED;
	gmem.fd = do_ioctl(vm->fd, UAPI_CREATE_GUEST_MEMFD, &create);
	if (gmem.fd < 0)
		return errno;
	answer->gmem = handle_add(gmem);
	return 0;
}

int op_convert(struct call *call, const struct convert_request *request,
	       struct convert_answer *answer)
{
	struct object *target = dialect_target(call, request->target,
					       request->dialect, request->to);
	__u64 start;
	int error;

	if (!target)
		return REFUSED;
	answer->error_offset = request->error_offset;
	start = now();
	error = dialect_convert(request->dialect, target->fd, request->to,
				request->offset, request->size,
				&answer->error_offset);
	answer->nanoseconds = now() - start;
	return error;
}

/* Copies the bytes to memory that the kernel can read but not write. */
static void *read_only_copy(const void *bytes, size_t size, size_t *room)
{
	void *copy;

	*room = (size + PAGE_SIZE) & ~(PAGE_SIZE - 1);
	copy = mmap(NULL, *room, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (copy == MAP_FAILED)
		return NULL;
	memcpy(copy, bytes, size);
	if (mprotect(copy, *room, PROT_READ))
		abort();
	return copy;
}

int op_ioctl_raw(struct call *call, const struct ioctl_raw_request *request,
		 struct ioctl_raw_answer *answer)
{
	struct object *object = handle_need(call, request->handle, DESCRIPTORS);
	void *argument = (void *)request->value, *copy = NULL;
	size_t room = 0;
	int result, error = 0;

	if (!object)
		return REFUSED;
	if (request->argument >= ARGUMENT_COUNT)
		return refuse(call, "no kind of argument has this number");
	/* The answer has room for as much as the request, and more. */
	memcpy(call->out, call->tail, call->tail_size);
	call->out_size = call->tail_size;
	if (request->argument == ARGUMENT_BUFFER)
		argument = call->out;
	if (request->argument == ARGUMENT_READ_ONLY_BUFFER) {
		copy = read_only_copy(call->tail, call->tail_size, &room);
		if (!copy)
			return errno;
		argument = copy;
	}
	result = do_ioctl(object->fd, request->request, argument);
	if (result < 0)
		error = errno;
	if (copy && munmap(copy, room))
		abort();
	answer->result = result;
	return error;
}
