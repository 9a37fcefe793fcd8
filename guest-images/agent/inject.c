// SPDX-License-Identifier: MIT
/*
 * Fault injection: the n-th allocation of the next system call under test
 * fails (CONFIG_FAULT_INJECTION, /proc/self/fail-nth).  Only calls between the
 * two brackets can fail, not other calls of the agent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "call.h"
#include "inject.h"
#include "operations.h"

static int fail_nth_fd = -1;
static __u64 pending;
static bool armed, fired;

static bool write_nth(__u64 nth)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%llu", nth);

	return pwrite(fail_nth_fd, text, length, 0) == length;
}

void inject_begin(void)
{
	if (pending)
		armed = write_nth(pending);
}

void inject_end(void)
{
	char text[24] = "";
	int error = errno;

	if (!pending)
		return;
	/* The number counts down to 0, which is the failure. */
	if (armed && pread(fail_nth_fd, text, sizeof(text) - 1, 0) > 0)
		fired = strtoull(text, NULL, 10) == 0;
	if (!write_nth(0))
		armed = false;
	pending = 0;
	errno = error;
}

int do_ioctl(int fd, unsigned long request, void *argument)
{
	int result;

	inject_begin();
	result = ioctl(fd, request, argument);
	inject_end();
	return result;
}

static int write_setting(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, 1) != 1)
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

/*
 * By default only allocations that may not sleep fail, which are few, and the
 * kernel logs each failure with a stack, like a splat.
 */
static int prepare_slab(void)
{
	int error = write_setting("/sys/kernel/debug/failslab/ignore-gfp-wait",
				  "N");

	if (error)
		return error;
	return write_setting("/sys/kernel/debug/failslab/verbose", "0");
}

static int prepare_pages(void)
{
	int error = write_setting(
		"/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");

	if (error)
		return error;
	return write_setting("/sys/kernel/debug/fail_page_alloc/verbose", "0");
}

int op_fail_nth(struct call *call, const struct fail_nth_request *request,
		struct fail_nth_answer *answer)
{
	int error;

	(void)call;
	(void)answer;
	error = prepare_slab();
	if (error)
		return error;
	/* A kernel may have failslab without fail_page_alloc. */
	error = prepare_pages();
	if (error && error != ENOENT)
		return error;
	/*
	 * The file belongs to the thread that opened it, and a child inherits
	 * its parent's: it is opened each time, by the thread that will fail.
	 */
	if (fail_nth_fd >= 0 && close(fail_nth_fd))
		return errno;
	fail_nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth_fd < 0)
		return errno;
	pending = request->nth;
	armed = false;
	fired = false;
	return 0;
}

int op_fail_nth_result(struct call *call,
		       const struct fail_nth_result_request *request,
		       struct fail_nth_result_answer *answer)
{
	(void)call;
	(void)request;
	answer->armed = armed;
	answer->fired = fired;
	/* It was meant for a call before this one, not for the next one. */
	pending = 0;
	return 0;
}
