// SPDX-License-Identifier: MIT
/* The settings of fault injection: which allocations can fail. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "inject_settings.h"
#include "protocol.h"

int write_setting(const char *path, const char *value)
{
	int error = 0;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

struct setting {
	const char *path, *value;
};

#define NODES_OF_XARRAYS "/sys/kernel/slab/radix_tree_node/failslab"
#define NODES_OF_MAPLE_TREES "/sys/kernel/slab/maple_node/failslab"

/*
 * fail-nth counts the allocations of all kinds: the settings exclude the other
 * ones, and the last one of each list tells which list is in force.  By default
 * only allocations that may not sleep fail, which are few, no page of order 0
 * does, and the kernel logs each failure with a stack, like a splat.
 */
static const struct setting objects_fail[] = {
	{ FAILSLAB "ignore-gfp-wait", "N" },
	{ FAILSLAB "verbose", "0" },
	/* Objects of every slab. */
	{ FAILSLAB "cache-filter", "N" },
	/* No order is so large. */
	{ FAIL_PAGE_ALLOC "min-order", "64" },
	{ NULL, NULL },
};

static const struct setting pages_fail[] = {
	{ FAIL_PAGE_ALLOC "ignore-gfp-wait", "N" },
	{ FAIL_PAGE_ALLOC "ignore-gfp-highmem", "N" },
	{ FAIL_PAGE_ALLOC "verbose", "0" },
	/* Objects of marked slabs alone, and none is marked. */
	{ FAILSLAB "cache-filter", "Y" },
	{ FAIL_PAGE_ALLOC "min-order", "0" },
	{ NULL, NULL },
};

static const struct setting nodes_fail[] = {
	{ FAILSLAB "ignore-gfp-wait", "N" },
	{ FAILSLAB "verbose", "0" },
	{ FAILSLAB "cache-filter", "Y" },
	{ NODES_OF_XARRAYS, "1" },
	{ NODES_OF_MAPLE_TREES, "1" },
	{ FAIL_PAGE_ALLOC "min-order", "63" },
	{ NULL, NULL },
};

static const struct setting *const settings_of[ALLOCATION_COUNT] = {
	[ALLOCATION_OBJECTS] = objects_fail,
	[ALLOCATION_PAGES] = pages_fail,
	[ALLOCATION_NODES] = nodes_fail,
};

static const struct setting *last_of(const struct setting *setting)
{
	while (setting[1].path)
		setting++;
	return setting;
}

static bool is_applied(const struct setting *last)
{
	char value[8] = "";
	int fd = open(last->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, value, sizeof(value) - 1) < 0)
		value[0] = 0;
	(void)close(fd);
	return strtoul(value, NULL, 10) == strtoul(last->value, NULL, 10) &&
	       value[0];
}

int select_allocations(struct call *call, __u64 of)
{
	const struct setting *setting;
	int error = 0;

	if (of >= ALLOCATION_COUNT)
		return refuse(call, "no kind of allocations has this number");
	setting = settings_of[of];
	if (is_applied(last_of(setting)))
		return 0;
	/* What cannot be marked, such as a merged slab, is not marked. */
	(void)write_setting(NODES_OF_XARRAYS, "0");
	(void)write_setting(NODES_OF_MAPLE_TREES, "0");
	for (; setting->path && !error; setting++)
		error = write_setting(setting->path, setting->value);
	return error;
}
