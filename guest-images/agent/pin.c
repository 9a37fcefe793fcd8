// SPDX-License-Identifier: MIT
/*
 * References to pages that outlive the mapping: by vmsplice(), which puts the
 * pages themselves into a pipe, by a socket that gets them from there, and by the
 * kernel's own test of long-term pins.
 * A later kernel may copy in vmsplice(): a scenario must check for EAGAIN.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "handles.h"
#include "inject.h"
#include "page.h"
#include "pin.h"
#include "uapi.h"

static int splice_all(unsigned char *start, size_t size, int pipe_fd)
{
	struct iovec range = { .iov_base = start, .iov_len = size };
	ssize_t done;

	while (range.iov_len > 0) {
		done = vmsplice(pipe_fd, &range, 1, SPLICE_F_NONBLOCK);
		if (done < 0)
			return errno;
		range.iov_base = (unsigned char *)range.iov_base + done;
		range.iov_len -= done;
	}
	return 0;
}

static void close_pipe(const int *pipe_fds)
{
	/* They hold no data that an error could lose. */
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
}

int pin_vmsplice(unsigned char *start, size_t size, int *pipe_fds)
{
	int error;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return errno;
	/* The size of a pipe in bytes is its number of pages. */
	error = fcntl(pipe_fds[1], F_SETPIPE_SZ, size + PAGE_SIZE) < 0 ? errno :
									 0;
	if (!error)
		error = splice_all(start, size, pipe_fds[1]);
	if (error)
		close_pipe(pipe_fds);
	return error;
}

/*
 * A socket holds the pages themselves, as plain references, after the pipe that
 * brought them there is gone.
 */
static int pin_socket(unsigned char *start, size_t size, int *sockets)
{
	int pipe_fds[2];
	ssize_t done = 1;
	int error = pin_vmsplice(start, size, pipe_fds);

	if (error)
		return error;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) {
		error = errno;
		close_pipe(pipe_fds);
		return error;
	}
	while (size > 0 && done > 0) {
		done = splice(pipe_fds[0], NULL, sockets[0], NULL, size,
			      SPLICE_F_NONBLOCK);
		if (done > 0)
			size -= done;
	}
	if (size > 0)
		error = done < 0 ? errno : EIO;
	close_pipe(pipe_fds);
	if (error)
		close_pipe(sockets);
	return error;
}

/* The pins belong to the open file: closing it gives them back. */
static int pin_gup_test(unsigned char *start, size_t size, int *fd)
{
	struct uapi_pin_longterm_test range = {
		.addr = (__u64)start,
		.size = size,
		.flags = UAPI_PIN_LONGTERM_WRITE,
	};
	int error;

	*fd = open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return errno;
	if (do_ioctl(*fd, UAPI_PIN_LONGTERM_START, &range) == 0)
		return 0;
	error = errno;
	(void)close(*fd);
	return error;
}

int op_pin(struct call *call, const struct pin_request *request,
	   struct pin_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->size);
	struct object pin = { .kind = KIND_PIN, .fd = -1, .second_fd = -1 };
	int fds[2];
	int error;

	if (!start)
		return REFUSED;
	if (request->size == 0 || request->size % PAGE_SIZE ||
	    request->offset % PAGE_SIZE)
		return refuse(call, "the range is not whole pages");
	switch (request->method) {
	case PIN_GUP_TEST:
		error = pin_gup_test(start, request->size, &pin.fd);
		break;
	case PIN_VMSPLICE:
		error = pin_vmsplice(start, request->size, fds);
		pin.fd = fds[0];
		pin.second_fd = fds[1];
		break;
	case PIN_SOCKET:
		error = pin_socket(start, request->size, fds);
		pin.fd = fds[0];
		pin.second_fd = fds[1];
		break;
	default:
		return refuse(call, "no method of pinning has this number");
	}
	if (error)
		return error;
	answer->pin = handle_add(pin);
	return 0;
}
