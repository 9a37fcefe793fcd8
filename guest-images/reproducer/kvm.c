// SPDX-License-Identifier: MIT
/* VMs, guest_memfd and memslots; headers of an older kernel may lack them. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

struct create_guest_memfd {
	__u64 size;
	__u64 flags;
	__u64 reserved[6];
};

struct memory_region2 {
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

#define CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct create_guest_memfd)
#define MEM_GUEST_MEMFD (1U << 2) /* KVM_MEM_GUEST_MEMFD */
#define SET_USER_MEMORY_REGION2 _IOW(KVMIO, 0x49, struct memory_region2)

static int kvm_fd = -1;

static void need_kvm(void)
{
	kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm_fd < 0)
		skip("cannot open /dev/kvm: %s", strerror(errno));
}

/* Where `wanted` is -1, any answer but 0 will do. */
static void need_extension(int number, int wanted, const char *what)
{
	int found = ioctl(kvm_fd, KVM_CHECK_EXTENSION, number);

	if (wanted >= 0 ? found != wanted : found <= 0)
		skip("KVM_CHECK_EXTENSION(%d) is %d: no %s", number, found,
		     what);
}

static int create_vm(unsigned long type, int *vm)
{
	*vm = ioctl(kvm_fd, KVM_CREATE_VM, type);
	return *vm < 0 ? errno : 0;
}

static int create_gmem(int vm, __u64 size, __u64 flags, int *gmem)
{
	struct create_guest_memfd create = { .size = size, .flags = flags };

	*gmem = ioctl(vm, CREATE_GUEST_MEMFD, &create);
	return *gmem < 0 ? errno : 0;
}

static int set_memslot(int vm, __u32 slot, __u32 flags, __u64 gpa, __u64 size,
		       const void *address, int gmem, __u64 offset)
{
	struct memory_region2 region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (unsigned long)address,
		.guest_memfd = gmem,
		.guest_memfd_offset = offset,
	};

	return ioctl(vm, SET_USER_MEMORY_REGION2, &region) < 0 ? errno : 0;
}

static int extension_value;

static int check_extension(int fd, int number)
{
	extension_value = ioctl(fd, KVM_CHECK_EXTENSION, number);
	return extension_value < 0 ? errno : 0;
}

static int raw_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) < 0 ? errno : 0;
}

static __u64 statistic;

static __u64 statistic_before;

static int remember_statistic(void)
{
	statistic_before = statistic;
	return 1;
}

/* A binary statistic of a VM or a vCPU. */
static int read_statistic(int fd, const char *name, __u64 *value)
{
	struct kvm_stats_header header;
	int stats = ioctl(fd, KVM_GET_STATS_FD, NULL), error = ENOENT;
	char found[sizeof(struct kvm_stats_desc) + 256];
	struct kvm_stats_desc *desc = (struct kvm_stats_desc *)found;
	unsigned long size;
	unsigned int i;

	if (stats < 0)
		return errno;
	if (pread(stats, &header, sizeof(header), 0) != sizeof(header))
		header.num_desc = 0;
	size = sizeof(*desc) + header.name_size;
	for (i = 0; i < header.num_desc && size <= sizeof(found); i++) {
		if (pread(stats, found, size, header.desc_offset + i * size) !=
		    (ssize_t)size)
			break;
		if (strcmp(found + sizeof(*desc), name))
			continue;
		error = pread(stats, value, sizeof(*value),
			      header.data_offset + desc->offset) ==
					sizeof(*value) ?
				0 :
				EIO;
	}
	close(stats);
	return error;
}
