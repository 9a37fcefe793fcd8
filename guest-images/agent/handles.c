// SPDX-License-Identifier: MIT
/*
 * Everything that the agent holds open for the harness.  A handle is the kind
 * in the upper half and a number in the lower one.  A call gives each number
 * once before a reset, so a stale handle is refused; what a program or the
 * rounds of a repetition have made and closed gives its numbers back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handles.h"

#define KIND_SHIFT 32

static const char *const kind_names[KIND_COUNT] = {
	[KIND_NONE] = "none", [KIND_VM] = "vm",
	[KIND_VCPU] = "vcpu", [KIND_GMEM] = "gmem",
	[KIND_FILE] = "file", [KIND_MAPPING] = "mapping",
	[KIND_PIN] = "pin",   [KIND_CHILD] = "child",
};

static struct object *objects;
static size_t object_count = 1, object_room;

__u64 handle_add(struct object object)
{
	size_t index = object_count;

	if (object_count >= object_room) {
		object_room = object_room ? object_room * 2 : 256;
		objects = realloc(objects, object_room * sizeof(*objects));
		if (!objects)
			abort();
	}
	objects[index] = object;
	object_count++;
	return (__u64)object.kind << KIND_SHIFT | index;
}

static struct object *handle_find(__u64 handle, unsigned int kinds)
{
	__u64 index = handle & 0xffffffff, kind = handle >> KIND_SHIFT;

	if (kind == KIND_NONE || kind >= KIND_COUNT || !(kinds & MASK(kind)) ||
	    index >= object_count || objects[index].kind != kind)
		return NULL;
	return &objects[index];
}

struct object *handle_need(struct call *call, __u64 handle, unsigned int kinds)
{
	struct object *object = handle_find(handle, kinds);
	__u64 kind = handle >> KIND_SHIFT;

	if (!object)
		refuse(call, "%s#%llu is closed or of the wrong kind",
		       kind < KIND_COUNT ? kind_names[kind] : "handle",
		       handle & 0xffffffff);
	return object;
}

unsigned char *handle_range(struct call *call, __u64 handle, __u64 offset,
			    __u64 size)
{
	struct object *mapping = handle_need(call, handle, MASK(KIND_MAPPING));

	if (!mapping)
		return NULL;
	if (offset > mapping->size || size > mapping->size - offset) {
		refuse(call,
		       "offset %#llx, size %#llx is outside of the mapping of "
		       "%#zx bytes",
		       offset, size, mapping->size);
		return NULL;
	}
	return mapping->address + offset;
}

struct object *handle_child(unsigned int process)
{
	return handle_find((__u64)KIND_CHILD << KIND_SHIFT | process,
			   MASK(KIND_CHILD));
}

int close_descriptors(struct object *object)
{
	int error = 0;

	if (object->second_fd >= 0 && close(object->second_fd))
		error = errno;
	if (object->fd >= 0 && close(object->fd))
		error = errno;
	return error;
}

int handle_close(__u64 handle)
{
	struct object *object = handle_find(handle, ~0U);
	int error;

	if (!object)
		return EBADF;
	error = object->close ? object->close(object) :
				close_descriptors(object);
	object->kind = KIND_NONE;
	return error;
}

size_t handles_mark(void)
{
	return object_count;
}

int handles_forget(size_t mark)
{
	size_t i;

	for (i = mark; i < object_count; i++) {
		if (objects[i].kind != KIND_NONE)
			return -1;
	}
	object_count = mark;
	return 0;
}

/* A child does not talk to its siblings: their sockets belong to the parent. */
void handles_after_fork(void)
{
	size_t i;

	for (i = 1; i < object_count; i++) {
		if (objects[i].kind != KIND_CHILD)
			continue;
		/* An error is of no interest: the descriptor is gone either way. */
		(void)close_descriptors(&objects[i]);
		objects[i].kind = KIND_NONE;
	}
}

/* Backwards: a vCPU is closed before its VM, a mapping before its file. */
void handles_reset(struct call *call, struct reset_answer *answer)
{
	struct object *object;
	int length;
	size_t i;

	for (i = object_count - 1; i > 0; i--) {
		object = &objects[i];
		if (object->kind == KIND_NONE)
			continue;
		if (object->kind == KIND_CHILD)
			answer->children++;
		else
			answer->handles++;
		length = snprintf((char *)call->out + call->out_size,
				  call->out_room - call->out_size, "%s%s#%zu",
				  call->out_size ? " " : "",
				  kind_names[object->kind], i);
		if (length > 0 &&
		    (size_t)length < call->out_room - call->out_size)
			call->out_size += length;
		(void)handle_close((__u64)object->kind << KIND_SHIFT | i);
	}
	object_count = 1;
}

int op_dup(struct call *call, const struct dup_request *request,
	   struct dup_answer *answer)
{
	struct object *object = handle_need(call, request->handle,
					    MASK(KIND_GMEM) | MASK(KIND_FILE));
	struct object copy = { .second_fd = -1 };

	if (!object)
		return REFUSED;
	copy.kind = object->kind;
	copy.fd = fcntl(object->fd, F_DUPFD_CLOEXEC, 0);
	if (copy.fd < 0)
		return errno;
	answer->handle = handle_add(copy);
	return 0;
}
