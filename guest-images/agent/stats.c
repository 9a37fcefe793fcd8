// SPDX-License-Identifier: MIT
/* KVM's binary statistics, by name. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "handles.h"
#include "uapi.h"

/* More than any statistic has. */
#define MAXIMUM_VALUES 1024

static int read_at(int fd, void *data, size_t size, __u64 offset)
{
	ssize_t got = pread(fd, data, size, offset);

	if (got < 0)
		return errno;
	return (size_t)got == size ? 0 : EIO;
}

/* The name follows its description in the file. */
static int read_description(int fd, const struct kvm_stats_header *header,
			    __u32 index, struct kvm_stats_desc *description,
			    char *name, size_t name_room)
{
	size_t size = sizeof(*description) + header->name_size;
	__u64 offset = header->desc_offset + (__u64)index * size;
	int error = read_at(fd, description, sizeof(*description), offset);

	if (error)
		return error;
	if (header->name_size >= name_room)
		return EIO;
	name[header->name_size] = 0;
	return read_at(fd, name, header->name_size,
		       offset + sizeof(*description));
}

static int find_values(int fd, const char *wanted, struct call *call)
{
	struct kvm_stats_desc description;
	struct kvm_stats_header header;
	char name[256];
	int error = read_at(fd, &header, sizeof(header), 0);
	__u32 i;

	for (i = 0; !error && i < header.num_desc; i++) {
		error = read_description(fd, &header, i, &description, name,
					 sizeof(name));
		if (error || strcmp(name, wanted) != 0)
			continue;
		if (description.size > MAXIMUM_VALUES)
			return EIO;
		call->out_size = description.size * sizeof(__u64);
		return read_at(fd, call->out, call->out_size,
			       header.data_offset + description.offset);
	}
	return error ? error : ENOENT;
}

int op_kvm_stats(struct call *call, const struct kvm_stats_request *request,
		 struct kvm_stats_answer *answer)
{
	struct object *object = handle_need(call, request->handle,
					    MASK(KIND_VM) | MASK(KIND_VCPU));
	const char *name = tail_text(call, call->tail_size);
	int fd, error;

	if (!object || !name)
		return REFUSED;
	fd = ioctl(object->fd, KVM_GET_STATS_FD, NULL);
	if (fd < 0)
		return errno;
	error = find_values(fd, name, call);
	if (close(fd) && !error)
		error = errno;
	if (error)
		call->out_size = 0;
	answer->values = call->out_size / sizeof(__u64);
	return error;
}
