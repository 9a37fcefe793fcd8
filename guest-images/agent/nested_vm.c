// SPDX-License-Identifier: MIT
/* Nested VMs, their vCPUs and their memslots. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "descriptors.h"
#include "handles.h"
#include "inject.h"
#include "nested_vm.h"
#include "registers.h"
#include "uapi.h"

static int kvm_fd = -1;

/* /dev/kvm, opened at its first use; -1 and errno where there is none. */
static int open_kvm(void)
{
	if (kvm_fd >= 0)
		return kvm_fd;
	kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm_fd >= 0)
		descriptor_keep(kvm_fd);
	return kvm_fd;
}

int op_check_extension(struct call *call,
		       const struct check_extension_request *request,
		       struct check_extension_answer *answer)
{
	struct object *vm = NULL;
	int value;

	if (request->vm) {
		vm = handle_need(call, request->vm, MASK(KIND_VM));
		if (!vm)
			return REFUSED;
	}
	value = ioctl(vm ? vm->fd : open_kvm(), KVM_CHECK_EXTENSION,
		      request->capability);
	if (value < 0)
		return errno;
	answer->value = value;
	return 0;
}

/* The last user takes the memory along: KVM may use it until then. */
static void vm_put(struct nested_vm *vm)
{
	if (--vm->users > 0)
		return;
	if (vm->area && munmap(vm->area, AREA_SIZE))
		abort();
	free(vm);
}

static int vm_close(struct object *object)
{
	int error = close_descriptors(object);

	vm_put(object->vm);
	return error;
}

/* Errors of closing a vCPU have no meaning for the memory behind it. */
static int vcpu_close(struct object *object)
{
	struct vcpu *vcpu = object->vcpu;

	if (munmap(vcpu->run, vcpu->run_size))
		abort();
	(void)close(vcpu->fd);
	vm_put(vcpu->vm);
	free(vcpu);
	return 0;
}

int op_vm_create(struct call *call, const struct vm_create_request *request,
		 struct vm_create_answer *answer)
{
	struct object object = { .kind = KIND_VM,
				 .second_fd = -1,
				 .close = vm_close };
	int kvm = open_kvm();

	(void)call;
	if (kvm < 0)
		return errno;
	object.fd = do_ioctl(kvm, KVM_CREATE_VM, (void *)request->type);
	if (object.fd < 0)
		return errno;
	object.vm = calloc(1, sizeof(*object.vm));
	if (!object.vm)
		abort();
	object.vm->fd = object.fd;
	object.vm->users = 1;
	answer->vm = handle_add(object);
	return 0;
}

struct vcpu *vcpu_need(struct call *call, __u64 handle)
{
	struct object *object = handle_need(call, handle, MASK(KIND_VCPU));

	if (!object)
		return NULL;
	if (object->vcpu->busy) {
		refuse(call, "this vCPU belongs to a race that is not over");
		return NULL;
	}
	return object->vcpu;
}

/* The memory for page tables, code and mailboxes. */
static int add_area(struct nested_vm *vm)
{
	struct uapi_memory_region2 region = {
		.slot = AREA_SLOT,
		.guest_phys_addr = AREA_GPA,
		.memory_size = AREA_SIZE,
	};
	unsigned char *area = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int error;

	if (area == MAP_FAILED)
		return errno;
	area_fill(area);
	region.userspace_addr = (__u64)area;
	if (ioctl(vm->fd, UAPI_SET_USER_MEMORY_REGION2, &region) < 0) {
		error = errno;
		if (munmap(area, AREA_SIZE))
			abort();
		return error;
	}
	vm->area = area;
	return 0;
}

/*
 * KVM warns on the console about every vCPU when the kernel has calibrated the
 * clock again after KVM was loaded: 0 is the clock as it is now.  A kernel
 * that cannot do this warns, which does no harm.
 */
static void settle_clock(int fd)
{
	(void)ioctl(fd, KVM_SET_TSC_KHZ, 0);
}

static int open_vcpu(struct vcpu *vcpu, __u64 id)
{
	int kvm = open_kvm(), size;
	int error;

	vcpu->fd = do_ioctl(vcpu->vm->fd, KVM_CREATE_VCPU, (void *)id);
	if (vcpu->fd < 0)
		return errno;
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);
	if (size < 0)
		goto failed;
	vcpu->run_size = size;
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		goto failed;
	error = vcpu_set_up(kvm, vcpu);
	if (!error)
		return 0;
	errno = error;
	if (munmap(vcpu->run, vcpu->run_size))
		abort();
failed:
	error = errno;
	(void)close(vcpu->fd);
	return error;
}

int op_vcpu_create(struct call *call, const struct vcpu_create_request *request,
		   struct vcpu_create_answer *answer)
{
	struct object *owner = handle_need(call, request->vm, MASK(KIND_VM));
	struct object object = { .kind = KIND_VCPU,
				 .fd = -1,
				 .second_fd = -1,
				 .close = vcpu_close };
	struct nested_vm *vm;
	struct vcpu *vcpu;
	int error = 0;
	__u64 offset;

	if (!owner)
		return REFUSED;
	vm = owner->vm;
	if (vm->vcpus >= MAXIMUM_VCPUS)
		return refuse(call, "the agent has room for %d vCPUs in a VM",
			      MAXIMUM_VCPUS);
	if (!vm->area) {
		settle_clock(vm->fd);
		error = add_area(vm);
	}
	if (error)
		return error;

	vcpu = calloc(1, sizeof(*vcpu));
	if (!vcpu)
		abort();
	vcpu->vm = vm;
	error = open_vcpu(vcpu, request->id);
	if (error) {
		free(vcpu);
		return error;
	}
	offset = BLOCKS_OFFSET + vm->vcpus * BLOCK_SIZE;
	vcpu->block = vm->area + offset;
	vcpu->block_gpa = AREA_GPA + offset;
	vm->vcpus++;
	vm->users++;
	object.fd = vcpu->fd;
	object.vcpu = vcpu;
	answer->vcpu = handle_add(object);
	return 0;
}

int op_memslot_set(struct call *call, const struct memslot_set_request *request,
		   struct memslot_set_answer *answer)
{
	struct object *vm = handle_need(call, request->vm, MASK(KIND_VM));
	struct object *mapping, *gmem;
	struct uapi_memory_region2 region = {
		.slot = request->slot,
		.flags = request->flags,
		.guest_phys_addr = request->gpa,
		.memory_size = request->size,
		.userspace_addr = request->mapping_offset,
		.guest_memfd_offset = request->gmem_offset,
		.guest_memfd = (__u32)-1,
	};

	(void)answer;
	if (!vm)
		return REFUSED;
	if (request->mapping) {
		mapping =
			handle_need(call, request->mapping, MASK(KIND_MAPPING));
		if (!mapping)
			return REFUSED;
		region.userspace_addr += (__u64)mapping->address;
	}
	if (request->gmem) {
		gmem = handle_need(call, request->gmem,
				   MASK(KIND_GMEM) | MASK(KIND_FILE));
		if (!gmem)
			return REFUSED;
		region.guest_memfd = gmem->fd;
	}
	return do_ioctl(vm->fd, UAPI_SET_USER_MEMORY_REGION2, &region) < 0 ?
		       errno :
		       0;
}

int op_pre_fault(struct call *call, const struct pre_fault_request *request,
		 struct pre_fault_answer *answer)
{
	struct uapi_pre_fault_memory range = {
		.gpa = request->gpa,
		.size = request->size,
		.flags = request->flags,
	};
	struct vcpu *vcpu = vcpu_need(call, request->vcpu);
	int error = 0;

	if (!vcpu)
		return REFUSED;
	if (do_ioctl(vcpu->fd, UAPI_PRE_FAULT_MEMORY, &range) < 0)
		error = errno;
	answer->gpa = range.gpa;
	answer->size = range.size;
	return error;
}
