// SPDX-License-Identifier: MIT
/* References to pages that others hold. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct pin {
	int fds[2];
};

static int unpin(struct pin *pin)
{
	close(pin->fds[0]);
	if (pin->fds[1] >= 0)
		close(pin->fds[1]);
	return 0;
}

/* vmsplice() puts the pages themselves into a pipe. */
static int pin_by_pipe(unsigned char *start, unsigned long size,
		       struct pin *pin)
{
	struct iovec range = { .iov_base = start, .iov_len = size };
	ssize_t done;

	if (pipe2(pin->fds, O_CLOEXEC) ||
	    fcntl(pin->fds[1], F_SETPIPE_SZ, size + PAGE) < 0)
		return errno;
	while (range.iov_len > 0) {
		done = vmsplice(pin->fds[1], &range, 1, SPLICE_F_NONBLOCK);
		if (done < 0)
			return errno;
		range.iov_base = (char *)range.iov_base + done;
		range.iov_len -= done;
	}
	return 0;
}

/* A socket holds them after the pipe is gone. */
static int pin_by_socket(unsigned char *start, unsigned long size,
			 struct pin *pin)
{
	struct pin pipe;
	int error = pin_by_pipe(start, size, &pipe);
	ssize_t done = 1;

	if (error)
		return error;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pin->fds))
		return errno;
	while (size > 0 && done > 0) {
		done = splice(pipe.fds[0], NULL, pin->fds[0], NULL, size,
			      SPLICE_F_NONBLOCK);
		size -= done > 0 ? done : 0;
	}
	unpin(&pipe);
	return size > 0 ? EIO : 0;
}

/* mm/gup_test.c */
struct pin_longterm_test {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

#define PIN_LONGTERM_TEST_START _IOW('g', 7, struct pin_longterm_test)

/* A DMA pin: needs CONFIG_GUP_TEST, and debugfs. */
static int pin_by_gup_test(unsigned char *start, unsigned long size,
			   struct pin *pin)
{
	struct pin_longterm_test range = { .addr = (unsigned long)start,
					   .size = size,
					   .flags = 1 };

	pin->fds[1] = -1;
	pin->fds[0] = open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);
	if (pin->fds[0] < 0)
		skip("cannot open gup_test in debugfs: %s", strerror(errno));
	return ioctl(pin->fds[0], PIN_LONGTERM_TEST_START, &range) ? errno : 0;
}
