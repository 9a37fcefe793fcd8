// SPDX-License-Identifier: MIT
/*
 * Conversions: a structure, an ioctl, a function and a row of the table for
 * each dialect.  harness/uapi/dialects/ has the other part of each.
 */
#include <errno.h>
#include <linux/ioctl.h>

#include "dialects.h"
#include "inject.h"

#define ATTRIBUTE_PRIVATE (1ULL << 3)

/* Dialect convert-ioctl, on the guest_memfd. */
struct gmem_convert {
	__u64 offset;
	__u64 size;
	__u64 error_offset;
	__u64 reserved[5];
};

#define GMEM_CONVERT_SHARED _IOWR(0xAF, 0x41, struct gmem_convert)
#define GMEM_CONVERT_PRIVATE _IOWR(0xAF, 0x42, struct gmem_convert)
_Static_assert(GMEM_CONVERT_SHARED == 0xC040AF41, "convert-ioctl");
_Static_assert(GMEM_CONVERT_PRIVATE == 0xC040AF42, "convert-ioctl");

static int convert_by_ioctl(int fd, __u64 to, __u64 offset, __u64 size,
			    __u64 *error_offset)
{
	struct gmem_convert range = {
		.offset = offset,
		.size = size,
		.error_offset = *error_offset,
	};
	int result = do_ioctl(fd,
			      to == STATE_PRIVATE ? GMEM_CONVERT_PRIVATE :
						    GMEM_CONVERT_SHARED,
			      &range);

	*error_offset = range.error_offset;
	return result < 0 ? errno : 0;
}

/* Dialect gmem-attributes, on the guest_memfd. */
struct memory_attributes2 {
	__u64 offset;
	__u64 size;
	__u64 attributes;
	__u64 flags;
	__u64 error_offset;
	__u64 reserved[11];
};

/* Dialect gmem-attributes-v1: the same fields, and fewer reserved words. */
struct memory_attributes2_v1 {
	__u64 fields[5];
	__u64 reserved[3];
};

#define SET_MEMORY_ATTRIBUTES2 _IOWR(0xAE, 0xd2, struct memory_attributes2)
#define SET_MEMORY_ATTRIBUTES2_V1 \
	_IOWR(0xAE, 0xd6, struct memory_attributes2_v1)
_Static_assert(SET_MEMORY_ATTRIBUTES2 == 0xC080AED2, "gmem-attributes");
_Static_assert(SET_MEMORY_ATTRIBUTES2_V1 == 0xC040AED6, "gmem-attributes-v1");

static int set_memory_attributes2(unsigned long request, int fd, __u64 to,
				  __u64 offset, __u64 size, __u64 *error_offset)
{
	/* A shorter structure is a prefix of this one. */
	struct memory_attributes2 range = {
		.offset = offset,
		.size = size,
		.attributes = to == STATE_PRIVATE ? ATTRIBUTE_PRIVATE : 0,
		.error_offset = *error_offset,
	};
	int result = do_ioctl(fd, request, &range);

	*error_offset = range.error_offset;
	return result < 0 ? errno : 0;
}

static int convert_by_gmem_attributes(int fd, __u64 to, __u64 offset,
				      __u64 size, __u64 *error_offset)
{
	return set_memory_attributes2(SET_MEMORY_ATTRIBUTES2, fd, to, offset,
				      size, error_offset);
}

static int convert_by_gmem_attributes_v1(int fd, __u64 to, __u64 offset,
					 __u64 size, __u64 *error_offset)
{
	return set_memory_attributes2(SET_MEMORY_ATTRIBUTES2_V1, fd, to, offset,
				      size, error_offset);
}

/* Dialect vm-attributes, on the VM: the offset is a guest physical address. */
struct memory_attributes {
	__u64 address;
	__u64 size;
	__u64 attributes;
	__u64 flags;
};

#define SET_MEMORY_ATTRIBUTES _IOW(0xAE, 0xd2, struct memory_attributes)
_Static_assert(SET_MEMORY_ATTRIBUTES == 0x4020AED2, "vm-attributes");

static int convert_by_vm_attributes(int fd, __u64 to, __u64 address, __u64 size,
				    __u64 *error_offset)
{
	struct memory_attributes range = {
		.address = address,
		.size = size,
		.attributes = to == STATE_PRIVATE ? ATTRIBUTE_PRIVATE : 0,
	};

	/* This ioctl has no error_offset. */
	(void)error_offset;
	return do_ioctl(fd, SET_MEMORY_ATTRIBUTES, &range) < 0 ? errno : 0;
}

static const struct {
	enum wire_kind target;
	int (*convert)(int fd, __u64 to, __u64 offset, __u64 size,
		       __u64 *error_offset);
} dialects[DIALECT_COUNT] = {
	[DIALECT_CONVERT_IOCTL] = { KIND_GMEM, convert_by_ioctl },
	[DIALECT_GMEM_ATTRIBUTES] = { KIND_GMEM, convert_by_gmem_attributes },
	[DIALECT_VM_ATTRIBUTES] = { KIND_VM, convert_by_vm_attributes },
	[DIALECT_GMEM_ATTRIBUTES_V1] = { KIND_GMEM,
					 convert_by_gmem_attributes_v1 },
};

struct object *dialect_target(struct call *call, __u64 handle, __u64 dialect,
			      __u64 to)
{
	if (dialect >= DIALECT_COUNT || !dialects[dialect].convert) {
		refuse(call, "the agent cannot convert in dialect %llu",
		       dialect);
		return NULL;
	}
	if (to >= STATE_COUNT) {
		refuse(call, "a page has no state %llu", to);
		return NULL;
	}
	return handle_need(call, handle, MASK(dialects[dialect].target));
}

int dialect_convert(__u64 dialect, int fd, __u64 to, __u64 offset, __u64 size,
		    __u64 *error_offset)
{
	return dialects[dialect].convert(fd, to, offset, size, error_offset);
}
