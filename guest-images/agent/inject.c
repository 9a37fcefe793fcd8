// SPDX-License-Identifier: MIT
/*
 * Fault injection: in the next system call under test, the n-th allocation of
 * one kind fails, or all of them from a point on, so that a second try fails as
 * well (CONFIG_FAULT_INJECTION, fail-nth and make-it-fail of the thread).  Only
 * calls between the two brackets can fail, not other calls of the agent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "call.h"
#include "inject.h"
#include "inject_settings.h"
#include "operations.h"

/* The file of this thread that begins and ends it, and what begins it. */
static int switch_fd = -1;
static __u64 pending;
/* It is not for one allocation: the directory of the kind, and how many. */
static const char *lasting;
static __u64 lasting_times;
static bool armed, fired;

static bool write_switch(__u64 value)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%llu", value);

	return pwrite(switch_fd, text, length, 0) == length;
}

void inject_begin(void)
{
	if (pending)
		armed = write_switch(pending);
}

void inject_end(void)
{
	char text[24] = "";
	int error = errno;

	if (!pending)
		return;
	/* The number counts down to 0, which is the failure. */
	if (armed && pread(switch_fd, text, sizeof(text) - 1, 0) > 0)
		fired = strtoull(text, NULL, 10) == 0;
	if (!write_switch(0))
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

static int close_switch(void)
{
	int fd = switch_fd;

	switch_fd = -1;
	return fd >= 0 && close(fd) ? errno : 0;
}

/*
 * The file belongs to the thread that opened it, and a child inherits its
 * parent's: it is opened each time, by the thread that will fail.
 */
static int open_switch(const char *path)
{
	int error = close_switch();

	if (error)
		return error;
	switch_fd = open(path, O_RDWR | O_CLOEXEC);
	if (switch_fd < 0)
		return errno;
	armed = false;
	fired = false;
	return 0;
}

int op_fail_nth(struct call *call, const struct fail_nth_request *request,
		struct fail_nth_answer *answer)
{
	int error;

	(void)answer;
	error = select_allocations(call, request->of);
	if (!error)
		error = open_switch("/proc/thread-self/fail-nth");
	if (!error)
		pending = request->nth;
	return error;
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
	return close_switch();
}

static int set_lasting(const char *name, const char *value)
{
	char path[80];

	snprintf(path, sizeof(path), "%s%s", lasting, name);
	return write_setting(path, value);
}

static int set_number(const char *name, __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return set_lasting(name, text);
}

/* Whether it fails is for the switch of the thread alone to say. */
static int fail_always(const struct fail_lasting_request *request)
{
	int error = set_lasting("task-filter", "Y");

	if (!error)
		error = set_number("interval", 1);
	if (!error)
		error = set_number("space", request->space);
	if (!error)
		error = set_number("times", request->times);
	if (!error)
		error = set_number("probability", 100);
	return error;
}

int op_fail_lasting(struct call *call,
		    const struct fail_lasting_request *request,
		    struct fail_lasting_answer *answer)
{
	int error;

	(void)answer;
	error = select_allocations(call, request->of);
	if (!error)
		error = open_switch("/proc/thread-self/make-it-fail");
	if (error)
		return error;
	lasting = request->of == ALLOCATION_PAGES ? FAIL_PAGE_ALLOC : FAILSLAB;
	lasting_times = request->times;
	error = fail_always(request);
	if (!error)
		pending = 1;
	return error;
}

/* The kernel counts down how many allocations are still to fail. */
static int count_failures(__u64 *failures)
{
	char path[80], text[24] = "";
	int error = 0;
	int fd;

	snprintf(path, sizeof(path), "%stimes", lasting);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		error = EIO;
	if (close(fd) && !error)
		error = errno;
	*failures = lasting_times - strtoull(text, NULL, 10);
	return error;
}

int op_fail_lasting_result(struct call *call,
			   const struct fail_lasting_result_request *request,
			   struct fail_lasting_result_answer *answer)
{
	int error;

	(void)request;
	pending = 0;
	if (!lasting)
		return refuse(call, "nothing was told to fail");
	answer->armed = armed;
	error = count_failures(&answer->failures);
	if (!error)
		error = set_number("probability", 0);
	if (!error)
		error = close_switch();
	lasting = NULL;
	return error;
}
