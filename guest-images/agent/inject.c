// SPDX-License-Identifier: MIT
/*
 * Fault injection: the n-th allocation of one kind fails in the next system
 * call under test (CONFIG_FAULT_INJECTION, /proc/self/fail-nth).  Only calls
 * between the two brackets can fail, not other calls of the agent.
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

static void setting_path(char *path, size_t size, const char *directory,
			 const char *name)
{
	snprintf(path, size, "/sys/kernel/debug/%s/%s", directory, name);
}

static int write_setting(const char *directory, const char *name,
			 const char *value)
{
	char path[80];
	int error = 0;
	int fd;

	setting_path(path, sizeof(path), directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

struct setting {
	const char *directory, *name, *value;
};

/*
 * fail-nth counts the allocations of both kinds: the settings exclude the other
 * one.  By default only allocations that may not sleep fail, which are few, no
 * page of order 0 does, and the kernel logs each failure with a stack, like a
 * splat.
 */
static const struct setting objects_fail[] = {
	{ "failslab", "ignore-gfp-wait", "N" },
	{ "failslab", "verbose", "0" },
	/* Objects of every slab. */
	{ "failslab", "cache-filter", "N" },
	/* No order is so large. */
	{ "fail_page_alloc", "min-order", "64" },
};

static const struct setting pages_fail[] = {
	{ "fail_page_alloc", "ignore-gfp-wait", "N" },
	{ "fail_page_alloc", "ignore-gfp-highmem", "N" },
	{ "fail_page_alloc", "verbose", "0" },
	/* Objects of marked slabs alone, and none is marked. */
	{ "failslab", "cache-filter", "Y" },
	{ "fail_page_alloc", "min-order", "0" },
};

static int apply(const struct setting *settings, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int error = write_setting(settings[i].directory,
					  settings[i].name, settings[i].value);

		if (error)
			return error;
	}
	return 0;
}

/* The last setting of each list tells whether all of the list are in force. */
static bool is_applied(const struct setting *last)
{
	char path[80], value[8] = "";
	int fd;

	setting_path(path, sizeof(path), last->directory, last->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, value, sizeof(value) - 1) < 0)
		value[0] = 0;
	(void)close(fd);
	return strtoul(value, NULL, 10) == strtoul(last->value, NULL, 10) &&
	       value[0];
}

static int prepare(__u64 of)
{
	const struct setting *settings = objects_fail;
	size_t count = sizeof(objects_fail) / sizeof(objects_fail[0]);

	if (of == ALLOCATION_PAGES) {
		settings = pages_fail;
		count = sizeof(pages_fail) / sizeof(pages_fail[0]);
	}
	if (is_applied(&settings[count - 1]))
		return 0;
	return apply(settings, count);
}

static int close_file(void)
{
	int fd = fail_nth_fd;

	fail_nth_fd = -1;
	return fd >= 0 && close(fd) ? errno : 0;
}

int op_fail_nth(struct call *call, const struct fail_nth_request *request,
		struct fail_nth_answer *answer)
{
	int error;

	(void)call;
	(void)answer;
	error = prepare(request->of);
	if (error)
		return error;
	/*
	 * The file belongs to the thread that opened it, and a child inherits
	 * its parent's: it is opened each time, by the thread that will fail.
	 */
	error = close_file();
	if (error)
		return error;
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
	return close_file();
}
