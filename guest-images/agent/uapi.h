/* SPDX-License-Identifier: MIT */
/*
 * The parts of the kernel's interface that the installed headers may lack: KVM
 * since 6.8.  The structures have names of their own, so that newer headers do
 * not clash.  The conversions are in dialects.c.
 */
#ifndef GMEMTEST_UAPI_H
#define GMEMTEST_UAPI_H

#include <linux/ioctl.h>
#include <linux/kvm.h>
#include <linux/types.h>

struct uapi_create_guest_memfd {
	__u64 size;
	__u64 flags;
	__u64 reserved[6];
};

struct uapi_memory_region2 {
	__u32 slot;
	__u32 flags;
	__u64 guest_phys_addr;
	__u64 memory_size;
	__u64 userspace_addr;
	__u64 guest_memfd_offset;
	__u32 guest_memfd;
	__u32 pad1;
	__u64 pad2[14];
};

struct uapi_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};

/* In struct kvm_run, at the place of the union. */
struct uapi_memory_fault {
	__u64 flags;
	__u64 gpa;
	__u64 size;
};

#define UAPI_MEM_GUEST_MEMFD (1u << 2)
#define UAPI_CREATE_GUEST_MEMFD \
	_IOWR(0xAE, 0xd4, struct uapi_create_guest_memfd)
#define UAPI_SET_USER_MEMORY_REGION2 \
	_IOW(0xAE, 0x49, struct uapi_memory_region2)
#define UAPI_PRE_FAULT_MEMORY _IOWR(0xAE, 0xd5, struct uapi_pre_fault_memory)
#define UAPI_EXIT_MEMORY_FAULT 39

/* mm/gup_test.h */
struct uapi_pin_longterm_test {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

#define UAPI_PIN_LONGTERM_START _IOW('g', 7, struct uapi_pin_longterm_test)
#define UAPI_PIN_LONGTERM_STOP _IO('g', 8)
#define UAPI_PIN_LONGTERM_WRITE 1

/* The size of the structure is a part of the ioctl's number. */
_Static_assert(sizeof(struct uapi_create_guest_memfd) == 64, "gmem");
_Static_assert(sizeof(struct uapi_memory_region2) == 160, "memslot");
_Static_assert(sizeof(struct uapi_pre_fault_memory) == 64, "pre-fault");
_Static_assert(UAPI_CREATE_GUEST_MEMFD == 0xC040AED4, "gmem");

#endif /* GMEMTEST_UAPI_H */
