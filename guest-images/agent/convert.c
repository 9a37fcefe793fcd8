// SPDX-License-Identifier: MIT
/* guest_memfd files, and conversions in every dialect. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "agent.h"
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

static int convert_by_ioctl(int fd, __u64 to, __u64 offset, __u64 size,
			    __u64 *error_offset)
{
	struct uapi_gmem_convert range = {
		.offset = offset,
		.size = size,
		.error_offset = *error_offset,
	};
	int result = do_ioctl(fd,
			      to == TO_PRIVATE ? UAPI_GMEM_CONVERT_PRIVATE :
						 UAPI_GMEM_CONVERT_SHARED,
			      &range);

	*error_offset = range.error_offset;
	return result < 0 ? errno : 0;
}

static int convert_by_gmem_attributes(int fd, __u64 to, __u64 offset,
				      __u64 size, __u64 *error_offset)
{
	struct uapi_memory_attributes2 range = {
		.offset = offset,
		.size = size,
		.attributes = to == TO_PRIVATE ? UAPI_ATTRIBUTE_PRIVATE : 0,
		.error_offset = *error_offset,
	};
	int result = do_ioctl(fd, UAPI_SET_MEMORY_ATTRIBUTES2, &range);

	*error_offset = range.error_offset;
	return result < 0 ? errno : 0;
}

static int convert_by_vm_attributes(int fd, __u64 to, __u64 address, __u64 size)
{
	struct uapi_memory_attributes range = {
		.address = address,
		.size = size,
		.attributes = to == TO_PRIVATE ? UAPI_ATTRIBUTE_PRIVATE : 0,
	};

	return do_ioctl(fd, UAPI_SET_MEMORY_ATTRIBUTES, &range) < 0 ? errno : 0;
}

int convert_range(int fd, __u64 dialect, __u64 to, __u64 offset, __u64 size,
		  __u64 *error_offset)
{
	switch (dialect) {
	case DIALECT_CONVERT_IOCTL:
		return convert_by_ioctl(fd, to, offset, size, error_offset);
	case DIALECT_GMEM_ATTRIBUTES:
		return convert_by_gmem_attributes(fd, to, offset, size,
						  error_offset);
	default:
		return convert_by_vm_attributes(fd, to, offset, size);
	}
}

int convert_check(struct call *call, const struct object *target, __u64 dialect,
		  __u64 to)
{
	enum kind wanted = dialect == DIALECT_VM_ATTRIBUTES ? KIND_VM :
							      KIND_GMEM;

	if (dialect > DIALECT_VM_ATTRIBUTES || to > TO_PRIVATE)
		return refuse(call, "no such dialect or state");
	if (target->kind != wanted)
		return refuse(call, "this dialect converts on a %s",
			      wanted == KIND_VM ? "VM" : "guest_memfd");
	return 0;
}

int op_convert(struct call *call, const struct convert_request *request,
	       struct convert_answer *answer)
{
	struct object *target = handle_need(call, request->target,
					    MASK(KIND_VM) | MASK(KIND_GMEM));
	__u64 start;
	int error;

	if (!target ||
	    convert_check(call, target, request->dialect, request->to))
		return REFUSED;
	answer->error_offset = request->error_offset;
	start = now();
	error = convert_range(target->fd, request->dialect, request->to,
			      request->offset, request->size,
			      &answer->error_offset);
	answer->nanoseconds = now() - start;
	return error;
}

/* Memory that the kernel can read but not write. */
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
	/* The answer has room for as much as the request, and more. */
	memcpy(call->out, call->tail, call->tail_size);
	call->out_size = call->tail_size;
	if (request->argument == ARGUMENT_BUFFER)
		argument = call->out;
	if (request->argument == ARGUMENT_READ_ONLY) {
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
