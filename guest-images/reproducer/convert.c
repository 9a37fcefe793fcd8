// SPDX-License-Identifier: MIT
/* The ioctls that convert, one for each uAPI. */
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>

#define TO_SHARED 0
#define TO_PRIVATE (1ULL << 3) /* KVM_MEMORY_ATTRIBUTE_PRIVATE */

/* What the next conversion finds in error_offset; mostly 0. */
static __u64 given_error_offset;

/* What the kernel left there. */
static __u64 error_offset;

struct gmem_convert {
	__u64 offset;
	__u64 size;
	__u64 error_offset;
	__u64 reserved[5];
};

#define GMEM_CONVERT_SHARED _IOWR(0xAF, 0x41, struct gmem_convert)
#define GMEM_CONVERT_PRIVATE _IOWR(0xAF, 0x42, struct gmem_convert)
_Static_assert(GMEM_CONVERT_SHARED == 0xC040AF41, "shared");
_Static_assert(GMEM_CONVERT_PRIVATE == 0xC040AF42, "private");

static int gmem_convert(int gmem, __u64 to, __u64 offset, __u64 size)
{
	struct gmem_convert range = { .offset = offset,
				      .size = size,
				      .error_offset = given_error_offset };
	int done = ioctl(gmem,
			 to == TO_PRIVATE ? GMEM_CONVERT_PRIVATE :
					    GMEM_CONVERT_SHARED,
			 &range);

	error_offset = range.error_offset;
	given_error_offset = 0;
	return done < 0 ? errno : 0;
}

/* Versions 1 and 2 of the series with these ioctls have less room at the end. */
struct memory_attributes2 {
	__u64 offset;
	__u64 size;
	__u64 attributes;
	__u64 flags;
	__u64 error_offset;
	__u64 reserved[11];
};

/* The number of an ioctl says how many bytes the kernel reads and writes. */
#define SET_MEMORY_ATTRIBUTES2 _IOWR(KVMIO, 0xd2, struct memory_attributes2)
#define SET_MEMORY_ATTRIBUTES2_V1                 \
	_IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0xd6, \
	     offsetof(struct memory_attributes2, reserved[3]))
_Static_assert(SET_MEMORY_ATTRIBUTES2 == 0xC080AED2, "attributes2");
_Static_assert(SET_MEMORY_ATTRIBUTES2_V1 == 0xC040AED6, "attributes2");

static int set_attributes2(int gmem, unsigned long request, __u64 to,
			   __u64 offset, __u64 size)
{
	struct memory_attributes2 range = { .offset = offset,
					    .size = size,
					    .attributes = to,
					    .error_offset =
						    given_error_offset };
	int done = ioctl(gmem, request, &range);

	error_offset = range.error_offset;
	given_error_offset = 0;
	return done < 0 ? errno : 0;
}

static int set_gmem_attributes(int gmem, __u64 to, __u64 offset, __u64 size)
{
	return set_attributes2(gmem, SET_MEMORY_ATTRIBUTES2, to, offset, size);
}

static int set_gmem_attributes_v1(int gmem, __u64 to, __u64 offset, __u64 size)
{
	return set_attributes2(gmem, SET_MEMORY_ATTRIBUTES2_V1, to, offset,
			       size);
}

struct memory_attributes {
	__u64 address;
	__u64 size;
	__u64 attributes;
	__u64 flags;
};

#define SET_MEMORY_ATTRIBUTES _IOW(KVMIO, 0xd2, struct memory_attributes)
_Static_assert(SET_MEMORY_ATTRIBUTES == 0x4020AED2, "attributes");

static int set_vm_attributes(int vm, __u64 to, __u64 address, __u64 size)
{
	struct memory_attributes range = { .address = address,
					   .size = size,
					   .attributes = to };

	return ioctl(vm, SET_MEMORY_ATTRIBUTES, &range) < 0 ? errno : 0;
}

/* How many conversions of convert_each() succeeded, and the one that failed. */
static unsigned long converted;

static __u64 failed_offset;

static int convert_each(int (*convert)(int, __u64, __u64, __u64), int fd,
			__u64 to, __u64 offset, __u64 size, long long distance,
			unsigned long count)
{
	int end = 0;

	for (converted = 0; converted < count; converted++) {
		failed_offset = offset + converted * distance;
		end = convert(fd, to, failed_offset, size);
		if (end)
			break;
	}
	return end;
}
