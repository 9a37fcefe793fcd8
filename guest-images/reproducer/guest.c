// SPDX-License-Identifier: MIT
/*
 * Memory as the guest sees it: a vCPU in 64-bit mode, in which each address
 * means itself, copies or fills memory with one instruction.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* Each vCPU has a slot of its own, in the hole below 4 GiB of a PC. */
#define AREA_GPA 0xe0000000ULL
#define AREA_SIZE 0x4000UL
#define AREA_SLOT 0x7f00
#define PDPT 0x1000
#define CODE 0x2000
#define BUFFER 0x3000
#define DONE_PORT 0x10
#define EXIT_MEMORY_FAULT 39 /* KVM_EXIT_MEMORY_FAULT */

struct vcpu {
	int fd;
	struct kvm_run *run;
	unsigned char *area;
	__u64 area_gpa;
	/* How the last access ended. */
	__u64 exit_reason, fault_gpa, fault_size, fault_flags;
};

/* rep movsb or rep stosq; then out %al, $0x10 */
static const unsigned char copy_code[] = { 0xf3, 0xa4, 0x90, 0xe6, DONE_PORT };

static const unsigned char fill_code[] = { 0xf3, 0x48, 0xab, 0xe6, DONE_PORT };

static struct kvm_segment segment(int selector, int type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = selector != 0x18,
		.l = selector == 0x8,
		.db = selector == 0x10,
		.g = 1,
	};
}

static int set_registers(struct vcpu *vcpu)
{
	static union {
		struct kvm_cpuid2 header;
		char room[sizeof(struct kvm_cpuid2) +
			  256 * sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .header.nent = 256 };
	struct kvm_sregs sregs;

	if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0 ||
	    ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid) < 0 ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return errno;
	sregs.cs = segment(0x8, 11);
	sregs.tr = segment(0x18, 11);
	sregs.ds = sregs.es = sregs.ss = segment(0x10, 3);
	sregs.cr0 = 0x80010033; /* PG WP NE ET MP PE */
	sregs.cr3 = vcpu->area_gpa;
	sregs.cr4 = 0x20; /* PAE */
	sregs.efer = 0x500; /* LMA LME */
	return ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) < 0 ? errno : 0;
}

static int create_vcpu(int vm, unsigned long id, struct vcpu *vcpu)
{
	int size = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL), error;
	__u64 *tables, i;

	vcpu->area_gpa = AREA_GPA + id * AREA_SIZE;
	vcpu->area = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vcpu->area == MAP_FAILED)
		return errno;
	/*
	 * 512 GiB in pages of 1 GiB: each run of the guest uses the same pages
	 * of tables, so that statistics show only what the program accesses.
	 * No bit is left that the CPU has to set.
	 */
	tables = (__u64 *)vcpu->area;
	tables[0] = (vcpu->area_gpa + PDPT) | 0x23;
	for (i = 0; i < 512; i++)
		tables[PDPT / 8 + i] = i << 30 | 0xe3;
	error = set_memslot(vm, AREA_SLOT + id, 0, vcpu->area_gpa, AREA_SIZE,
			    vcpu->area, -1, 0);
	if (error)
		return error;
	vcpu->fd = ioctl(vm, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return errno;
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		return errno;
	return set_registers(vcpu);
}

static int close_vcpu(struct vcpu *vcpu)
{
	munmap(vcpu->run, ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL));
	return close(vcpu->fd) ? errno : 0;
}

static int run_guest(struct vcpu *vcpu, const unsigned char *code, __u64 from,
		     __u64 to, __u64 count, __u64 word)
{
	struct kvm_regs regs = { .rip = vcpu->area_gpa + CODE,
				 .rsi = from,
				 .rdi = to,
				 .rcx = count,
				 .rax = word,
				 .rflags = 2 };
	struct kvm_run *run = vcpu->run;
	__u64 fault[3];
	int error;

	memcpy(vcpu->area + CODE, code, sizeof(copy_code));
	/* KVM first ends the instruction of the last exit. */
	run->immediate_exit = 1;
	if (ioctl(vcpu->fd, KVM_RUN, NULL) < 0 && errno != EINTR)
		return errno;
	run->immediate_exit = 0;
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0)
		return errno;
	do {
		run->exit_reason = 0;
		error = ioctl(vcpu->fd, KVM_RUN, NULL) < 0 ? errno : 0;
	} while (error == EINTR || error == EAGAIN);
	vcpu->exit_reason = run->exit_reason;
	if (error && run->exit_reason == EXIT_MEMORY_FAULT) {
		memcpy(fault, &run->hw, sizeof(fault));
		vcpu->fault_flags = fault[0];
		vcpu->fault_gpa = fault[1];
		vcpu->fault_size = fault[2];
		return MEMORY_FAULT;
	}
	if (error)
		return error;
	if (run->exit_reason == KVM_EXIT_IO && run->io.port == DONE_PORT)
		return 0;
	return OTHER_EXIT;
}

static int guest_read(struct vcpu *vcpu, __u64 gpa, __u64 size)
{
	__u64 done, part;
	int end = 0;

	for (done = 0; !end && done < size; done += part) {
		part = size - done < PAGE ? size - done : PAGE;
		end = run_guest(vcpu, copy_code, gpa + done,
				vcpu->area_gpa + BUFFER, part, 0);
	}
	return end;
}

static int guest_write(struct vcpu *vcpu, __u64 gpa, const void *bytes,
		       __u64 size)
{
	__u64 done, part;
	int end = 0;

	for (done = 0; !end && done < size; done += part) {
		part = size - done < PAGE ? size - done : PAGE;
		memcpy(vcpu->area + BUFFER, (const char *)bytes + done, part);
		end = run_guest(vcpu, copy_code, vcpu->area_gpa + BUFFER,
				gpa + done, part, 0);
	}
	return end;
}

static int guest_fill(struct vcpu *vcpu, __u64 gpa, __u64 size, int by_page,
		      __u64 value)
{
	__u64 done, part;
	int end = 0;

	for (done = 0; !end && done < size; done += part) {
		part = by_page && size - done > PAGE ? PAGE : size - done;
		end = run_guest(vcpu, fill_code, 0, gpa + done, part / 8,
				pattern_word(by_page, value, done / PAGE));
	}
	return end;
}

/* The words that differ are counted in guest_mismatches. */
static unsigned long guest_mismatches;

static int guest_verify(struct vcpu *vcpu, __u64 gpa, __u64 size, int by_page,
			__u64 value)
{
	__u64 done, part, i, *words = (__u64 *)(vcpu->area + BUFFER);
	int end = 0;

	guest_mismatches = 0;
	for (done = 0; !end && done < size; done += part) {
		part = size - done < PAGE ? size - done : PAGE;
		end = guest_read(vcpu, gpa + done, part);
		for (i = 0; !end && i < part / 8; i++)
			guest_mismatches +=
				words[i] !=
				pattern_word(by_page, value, done / PAGE);
	}
	return end;
}

static int guest_scan(struct vcpu *vcpu, __u64 gpa, unsigned long pages,
		      short *looks)
{
	unsigned long page;
	short look;
	int end;

	for (page = 0; page < pages; page++) {
		end = guest_read(vcpu, gpa + page * PAGE, PAGE);
		if (end && end != MEMORY_FAULT)
			return end;
		look = end ? FAULT : look_at((__u64 *)(vcpu->area + BUFFER));
		if (looks)
			looks[page] = look;
	}
	return 0;
}

struct pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};

#define PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct pre_fault_memory)

/* What the kernel has left to do. */
static struct pre_fault_memory pre_fault_left;

static int pre_fault(struct vcpu *vcpu, __u64 gpa, __u64 size, __u64 flags)
{
	pre_fault_left = (struct pre_fault_memory){ .gpa = gpa,
						    .size = size,
						    .flags = flags };
	return ioctl(vcpu->fd, PRE_FAULT_MEMORY, &pre_fault_left) < 0 ? errno :
									0;
}
