// SPDX-License-Identifier: MIT
/*
 * Copies that the kernel makes between the memory of a process and elsewhere,
 * page by page: a page that cannot be accessed is an error number, no signal.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

enum way {
	BY_PROCESS_VM,
	BY_PROC_MEM,
	BY_FILE,
	BY_PIPE,
	BY_VMSPLICE,
};

struct route {
	enum way way;
	pid_t pid;
	int fds[2];
};

static int open_route(struct route *route, enum way way, pid_t pid)
{
	char path[32];

	*route = (struct route){ .way = way, .pid = pid, .fds = { -1, -1 } };
	if (way == BY_PROCESS_VM)
		return 0;
	if (way == BY_PIPE || way == BY_VMSPLICE)
		return pipe2(route->fds, O_CLOEXEC | O_NONBLOCK) ? errno : 0;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	route->fds[0] = way == BY_FILE ?
				memfd_create("reproducer", MFD_CLOEXEC) :
				open(path, O_RDWR | O_CLOEXEC);
	return route->fds[0] < 0 ? errno : 0;
}

static void close_route(const struct route *route)
{
	close(route->fds[0]);
	close(route->fds[1]);
}

static int whole_page(ssize_t done)
{
	if (done < 0)
		return errno;
	return done == (ssize_t)PAGE ? 0 : ENODATA;
}

static int copy_page_out(const struct route *route, unsigned char *page,
			 void *buffer)
{
	struct iovec from = { .iov_base = page, .iov_len = PAGE };
	struct iovec to = { .iov_base = buffer, .iov_len = PAGE };
	const int *fds = route->fds;
	int error;

	switch (route->way) {
	case BY_PROCESS_VM:
		return whole_page(
			process_vm_readv(route->pid, &to, 1, &from, 1, 0));
	case BY_PROC_MEM:
		return whole_page(pread(fds[0], buffer, PAGE, (off_t)page));
	case BY_FILE:
		error = whole_page(pwrite(fds[0], page, PAGE, 0));
		return error ? error :
			       whole_page(pread(fds[0], buffer, PAGE, 0));
	case BY_PIPE:
		error = whole_page(write(fds[1], page, PAGE));
		break;
	default:
		error = whole_page(
			vmsplice(fds[1], &from, 1, SPLICE_F_NONBLOCK));
	}
	return error ? error : whole_page(read(fds[0], buffer, PAGE));
}

static int copy_page_in(const struct route *route, unsigned char *page,
			void *buffer)
{
	struct iovec from = { .iov_base = buffer, .iov_len = PAGE };
	struct iovec to = { .iov_base = page, .iov_len = PAGE };
	const int *fds = route->fds;
	int error;

	switch (route->way) {
	case BY_PROCESS_VM:
		return whole_page(
			process_vm_writev(route->pid, &from, 1, &to, 1, 0));
	case BY_PROC_MEM:
		return whole_page(pwrite(fds[0], buffer, PAGE, (off_t)page));
	case BY_FILE:
		error = whole_page(pwrite(fds[0], buffer, PAGE, 0));
		return error ? error : whole_page(pread(fds[0], page, PAGE, 0));
	default:
		error = whole_page(write(fds[1], buffer, PAGE));
	}
	if (error)
		return error;
	return whole_page(route->way == BY_PIPE ?
				  read(fds[0], page, PAGE) :
				  vmsplice(fds[0], &to, 1, SPLICE_F_NONBLOCK));
}

static int copy_scan(enum way way, pid_t pid, unsigned char *start,
		     unsigned long pages, short *looks)
{
	const int no_access = way == BY_PROC_MEM ? EIO : EFAULT;
	static __u64 buffer[PAGE / 8];
	struct route route;
	unsigned long page;
	int error = open_route(&route, way, pid);

	for (page = 0; !error && page < pages; page++) {
		error = copy_page_out(&route, start + page * PAGE, buffer);
		if (error && error != no_access)
			break;
		if (looks)
			looks[page] = error ? FAULT : look_at(buffer);
		error = 0;
	}
	close_route(&route);
	return error;
}

/* The bytes that copy_fill() copied before it failed. */
static unsigned long copied;

static int copy_fill(enum way way, pid_t pid, unsigned char *start,
		     unsigned long pages, int byte)
{
	static unsigned char buffer[PAGE];
	struct route route;
	unsigned long page;
	int error = open_route(&route, way, pid);

	copied = 0;
	for (page = 0; !error && page < pages; page++) {
		memset(buffer, byte, sizeof(buffer));
		error = copy_page_in(&route, start + page * PAGE, buffer);
		copied += error ? 0 : PAGE;
	}
	close_route(&route);
	return error;
}
