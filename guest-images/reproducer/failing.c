// SPDX-License-Identifier: MIT
/*
 * Allocations that fail in the operation FAILING(): the n-th one of a kind, or
 * all from a point on (CONFIG_FAULT_INJECTION; the settings are in debugfs).
 */
#define _GNU_SOURCE
#include <fcntl.h>

#define FAIL_OBJECTS "/sys/kernel/debug/failslab/"
#define FAIL_PAGES "/sys/kernel/debug/fail_page_alloc/"
#define XARRAY_NODES "/sys/kernel/slab/radix_tree_node/failslab"
#define MAPLE_NODES "/sys/kernel/slab/maple_node/failslab"

enum allocations {
	OBJECTS,
	PAGES,
	NODES,
};

/* The file of this thread that begins and ends it, and what begins it. */
static int fail_fd = -1;

static char fail_value[24];

static const char *fail_times;

static unsigned long fail_limit;

/* What the last FAILING() did. */
static bool fail_fired;

static unsigned long fail_failures;

static void fail_setting(const char *path, const char *value)
{
	int error = write_file(path, value);

	if (error)
		skip("cannot make allocations fail: %s: %s", path,
		     strerror(error));
}

/* The settings exclude all other kinds; by default, almost nothing fails. */
static void select_allocations(enum allocations of)
{
	fail_setting(FAIL_OBJECTS "ignore-gfp-wait", "N");
	fail_setting(FAIL_OBJECTS "verbose", "0");
	fail_setting(FAIL_OBJECTS "cache-filter", of == OBJECTS ? "N" : "Y");
	fail_setting(FAIL_PAGES "ignore-gfp-wait", "N");
	fail_setting(FAIL_PAGES "ignore-gfp-highmem", "N");
	fail_setting(FAIL_PAGES "verbose", "0");
	/* No order is so large. */
	fail_setting(FAIL_PAGES "min-order", of == PAGES ? "0" : "64");
	write_file(XARRAY_NODES, of == NODES ? "1" : "0");
	write_file(MAPLE_NODES, of == NODES ? "1" : "0");
}

static int open_switch(const char *path, unsigned long value)
{
	close(fail_fd);
	fail_fd = open(path, O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		skip("cannot make allocations fail: %s: %s", path,
		     strerror(errno));
	snprintf(fail_value, sizeof(fail_value), "%lu", value);
	return 0;
}

static int fail_nth(enum allocations of, unsigned long nth)
{
	select_allocations(of);
	fail_times = NULL;
	return open_switch("/proc/thread-self/fail-nth", nth);
}

static void fail_number(enum allocations of, const char *name,
			unsigned long value)
{
	char path[80], text[24];

	snprintf(path, sizeof(path), "%s%s",
		 of == PAGES ? FAIL_PAGES : FAIL_OBJECTS, name);
	snprintf(text, sizeof(text), "%lu", value);
	fail_setting(path, text);
}

static int fail_from(enum allocations of, unsigned long space,
		     unsigned long times)
{
	select_allocations(of);
	fail_setting(of == PAGES ? FAIL_PAGES "task-filter" :
				   FAIL_OBJECTS "task-filter",
		     "Y");
	fail_number(of, "interval", 1);
	fail_number(of, "space", space);
	fail_number(of, "times", times);
	fail_number(of, "probability", 100);
	fail_times = of == PAGES ? FAIL_PAGES "times" : FAIL_OBJECTS "times";
	fail_limit = times;
	return open_switch("/proc/thread-self/make-it-fail", 1);
}

static void fail_begin(void)
{
	if (pwrite(fail_fd, fail_value, strlen(fail_value), 0) < 0)
		skip("cannot make allocations fail: %s", strerror(errno));
}

static int fail_end(int end)
{
	char text[24] = "";

	/* The number of fail-nth counts down to 0, which is the failure. */
	if (pread(fail_fd, text, sizeof(text) - 1, 0) > 0)
		fail_fired = strtoul(text, NULL, 10) == 0;
	if (pwrite(fail_fd, "0", 1, 0) < 0)
		skip("cannot end the failures: %s", strerror(errno));
	close(fail_fd);
	fail_fd = -1;
	if (fail_times)
		fail_failures = fail_limit - number_in(fail_times);
	return end;
}

#define FAILING(operation) fail_end((fail_begin(), (operation)))
