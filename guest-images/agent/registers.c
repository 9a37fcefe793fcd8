// SPDX-License-Identifier: MIT
/* Brings a vCPU into 64-bit mode, in which every address means itself. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "guest_code.h"
#include "registers.h"

#define PTE_PRESENT (1ULL << 0)
#define PTE_WRITABLE (1ULL << 1)
#define PTE_ACCESSED (1ULL << 5)
#define PTE_DIRTY (1ULL << 6)
#define PTE_LARGE (1ULL << 7)
#define GIGABYTE (1ULL << 30)

#define CR0_PE (1ULL << 0)
#define CR0_MP (1ULL << 1)
#define CR0_ET (1ULL << 4)
#define CR0_NE (1ULL << 5)
#define CR0_WP (1ULL << 16)
#define CR0_PG (1ULL << 31)
#define CR4_PAE (1ULL << 5)
#define EFER_LME (1ULL << 8)
#define EFER_LMA (1ULL << 10)
#define RFLAGS_FIXED (1ULL << 1)

#define SELECTOR_CODE 0x8
#define SELECTOR_DATA 0x10
#define SELECTOR_TASK 0x18

/*
 * Page tables that map the first 512 GiB to themselves with 1 GiB pages.  The
 * accessed bits are there from the beginning: the CPU would write to them.
 */
void area_fill(unsigned char *area)
{
	__u64 *pml4 = (__u64 *)(area + PML4_OFFSET);
	__u64 *pdpt = (__u64 *)(area + PDPT_OFFSET);
	__u64 i;

	pml4[0] = (AREA_GPA + PDPT_OFFSET) | PTE_PRESENT | PTE_WRITABLE |
		  PTE_ACCESSED;
	for (i = 0; i < 512; i++)
		pdpt[i] = i * GIGABYTE | PTE_PRESENT | PTE_WRITABLE |
			  PTE_ACCESSED | PTE_DIRTY | PTE_LARGE;
	memcpy(area + CODE_OFFSET, __start_guest_code,
	       __stop_guest_code - __start_guest_code);
}

/* Gives the guest every feature that KVM supports. */
static int set_cpuid(int kvm, int fd)
{
	enum { ENTRIES = 256 };
	static union {
		struct kvm_cpuid2 header;
		unsigned char room[sizeof(struct kvm_cpuid2) +
				   ENTRIES * sizeof(struct kvm_cpuid_entry2)];
	} cpuid;

	cpuid.header.nent = ENTRIES;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0)
		return errno;
	return ioctl(fd, KVM_SET_CPUID2, &cpuid) < 0 ? errno : 0;
}

static struct kvm_segment segment(__u16 selector, __u8 type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = selector != SELECTOR_TASK,
		.l = selector == SELECTOR_CODE,
		.db = selector == SELECTOR_DATA,
		.g = 1,
	};
}

static int set_system_registers(int fd)
{
	struct kvm_segment data = segment(SELECTOR_DATA, 3);
	struct kvm_sregs sregs;

	if (ioctl(fd, KVM_GET_SREGS, &sregs) < 0)
		return errno;
	/* Type 11: for code "execute, read, accessed", for a task "busy". */
	sregs.cs = segment(SELECTOR_CODE, 11);
	sregs.tr = segment(SELECTOR_TASK, 11);
	sregs.ds = data;
	sregs.es = data;
	sregs.fs = data;
	sregs.gs = data;
	sregs.ss = data;
	sregs.cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	sregs.cr3 = AREA_GPA + PML4_OFFSET;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME | EFER_LMA;
	return ioctl(fd, KVM_SET_SREGS, &sregs) < 0 ? errno : 0;
}

int vcpu_rewind(struct vcpu *vcpu)
{
	struct kvm_regs regs = {
		.rip = AREA_GPA + CODE_OFFSET +
		       ((const unsigned char *)guest_main - __start_guest_code),
		.rdi = vcpu->block_gpa,
		/* As after a call: 8 bytes off the alignment of 16. */
		.rsp = vcpu->block_gpa + STACK_END - 8,
		.rflags = RFLAGS_FIXED,
	};

	return ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0 ? errno : 0;
}

int vcpu_set_up(int kvm, struct vcpu *vcpu)
{
	int error = set_cpuid(kvm, vcpu->fd);

	return error ? error : set_system_registers(vcpu->fd);
}
