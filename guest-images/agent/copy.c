// SPDX-License-Identifier: MIT
/*
 * Copies that the kernel makes between the memory of a process and elsewhere,
 * page by page.  What they all have in common: a page that the process cannot
 * access is an error number, not a signal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "handles.h"
#include "page.h"
#include "pattern.h"
#include "scan.h"

struct route {
	enum wire_way way;
	pid_t pid;
	int fds[2];
	/* What the kernel says about a page that cannot be accessed. */
	int no_access;
};

static int open_memory(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int route_open(struct route *route)
{
	route->no_access = EFAULT;
	switch (route->way) {
	case WAY_PROCESS_VM:
		return 0;
	case WAY_PROC_MEM:
		route->no_access = EIO;
		route->fds[0] = open_memory(route->pid);
		return route->fds[0] < 0 ? errno : 0;
	case WAY_FILE:
		route->fds[0] = memfd_create("gmemtest", MFD_CLOEXEC);
		return route->fds[0] < 0 ? errno : 0;
	default:
		return pipe2(route->fds, O_CLOEXEC | O_NONBLOCK) ? errno : 0;
	}
}

static int route_close(struct route *route)
{
	int error = 0, i;

	for (i = 0; i < 2; i++) {
		if (route->fds[i] >= 0 && close(route->fds[i]) && !error)
			error = errno;
	}
	return error;
}

/* All of a page was copied, or there is an error: of this one no copy fails. */
static int whole(ssize_t done)
{
	if (done < 0)
		return errno;
	return done == (ssize_t)PAGE_SIZE ? 0 : ENODATA;
}

static ssize_t splice_page(int fd, unsigned char *page)
{
	struct iovec range = { .iov_base = page, .iov_len = PAGE_SIZE };

	return vmsplice(fd, &range, 1, SPLICE_F_NONBLOCK);
}

static int copy_out(const struct route *route, unsigned char *page,
		    unsigned char *buffer)
{
	struct iovec from = { .iov_base = page, .iov_len = PAGE_SIZE };
	struct iovec to = { .iov_base = buffer, .iov_len = PAGE_SIZE };
	const int *fds = route->fds;
	int error;

	switch (route->way) {
	case WAY_PROCESS_VM:
		return whole(process_vm_readv(route->pid, &to, 1, &from, 1, 0));
	case WAY_PROC_MEM:
		return whole(pread(fds[0], buffer, PAGE_SIZE, (off_t)page));
	case WAY_FILE:
		error = whole(pwrite(fds[0], page, PAGE_SIZE, 0));
		return error ? error :
			       whole(pread(fds[0], buffer, PAGE_SIZE, 0));
	case WAY_PIPE:
		error = whole(write(fds[1], page, PAGE_SIZE));
		break;
	default:
		error = whole(splice_page(fds[1], page));
	}
	return error ? error : whole(read(fds[0], buffer, PAGE_SIZE));
}

/* What did not get out of the pipe must not be found in it the next time. */
static int take_out(const struct route *route, unsigned char *page)
{
	unsigned char rest[PAGE_SIZE];
	ssize_t done = route->way == WAY_PIPE ?
			       read(route->fds[0], page, PAGE_SIZE) :
			       splice_page(route->fds[0], page);
	int error = whole(done);

	if (error && read(route->fds[0], rest, sizeof(rest)) < 0 &&
	    errno != EAGAIN)
		return errno;
	return error;
}

static int copy_in(const struct route *route, unsigned char *page,
		   unsigned char *buffer)
{
	struct iovec from = { .iov_base = buffer, .iov_len = PAGE_SIZE };
	struct iovec to = { .iov_base = page, .iov_len = PAGE_SIZE };
	const int *fds = route->fds;
	int error;

	switch (route->way) {
	case WAY_PROCESS_VM:
		return whole(
			process_vm_writev(route->pid, &from, 1, &to, 1, 0));
	case WAY_PROC_MEM:
		return whole(pwrite(fds[0], buffer, PAGE_SIZE, (off_t)page));
	case WAY_FILE:
		error = whole(pwrite(fds[0], buffer, PAGE_SIZE, 0));
		return error ? error : whole(pread(fds[0], page, PAGE_SIZE, 0));
	default:
		error = whole(write(fds[1], buffer, PAGE_SIZE));
		return error ? error : take_out(route, page);
	}
}

static int look_at(struct call *call, const struct route *route, __u64 index,
		   unsigned char *page)
{
	static __u64 buffer[PAGE_WORDS];
	int error = copy_out(route, page, (unsigned char *)buffer);
	__u64 tag, mixed;

	if (error == route->no_access)
		return run_add(call, index, LOOK_FAULT, 0);
	if (error)
		return error;
	tag = page_look(buffer, &mixed);
	return run_add(call, index, mixed ? LOOK_MIXED : LOOK_TAG,
		       mixed ? 0 : tag);
}

/* The pages of a copy, or NULL with the call refused. */
static unsigned char *pages_of(struct call *call, __u64 mapping, __u64 offset,
			       __u64 size, __u64 way)
{
	if (offset % PAGE_SIZE || size % PAGE_SIZE || way >= WAY_COUNT) {
		refuse(call, "the range is not whole pages, or no such way");
		return NULL;
	}
	return handle_range(call, mapping, offset, size);
}

static pid_t process_of(__u64 pid)
{
	return pid ? (pid_t)pid : getpid();
}

int op_copy_scan(struct call *call, const struct copy_scan_request *request,
		 struct copy_scan_answer *answer)
{
	unsigned char *memory = pages_of(call, request->mapping,
					 request->offset, request->size,
					 request->way);
	struct route route = { .way = request->way,
			       .pid = process_of(request->pid),
			       .fds = { -1, -1 } };
	int error, closing;
	__u64 i;

	if (!memory)
		return REFUSED;
	error = route_open(&route);
	for (i = 0; i < request->size / PAGE_SIZE && !error; i++)
		error = look_at(call, &route, i, memory + i * PAGE_SIZE);
	closing = route_close(&route);
	answer->runs = call->out_size / sizeof(struct page_run);
	return error ? error : closing;
}

int op_copy_fill(struct call *call, const struct copy_fill_request *request,
		 struct copy_fill_answer *answer)
{
	static unsigned char buffer[PAGE_SIZE];
	unsigned char *memory = pages_of(call, request->mapping,
					 request->offset, request->size,
					 request->way);
	struct route route = { .way = request->way,
			       .pid = process_of(request->pid),
			       .fds = { -1, -1 } };
	int error, closing;

	if (!memory)
		return REFUSED;
	error = route_open(&route);
	while (answer->bytes < request->size && !error) {
		memset(buffer, request->value, sizeof(buffer));
		error = copy_in(&route, memory + answer->bytes, buffer);
		if (!error)
			answer->bytes += PAGE_SIZE;
	}
	closing = route_close(&route);
	return error ? error : closing;
}
