/* SPDX-License-Identifier: MIT */
/* Which allocations fault injection lets fail: the settings in debugfs. */
#ifndef GMEMTEST_INJECT_SETTINGS_H
#define GMEMTEST_INJECT_SETTINGS_H

#include <linux/types.h>

#define FAILSLAB "/sys/kernel/debug/failslab/"
#define FAIL_PAGE_ALLOC "/sys/kernel/debug/fail_page_alloc/"

struct call;

/* Returns 0 or an errno. */
int write_setting(const char *path, const char *value);
/* Lets allocations of this kind fail, and no others: 0, an errno or REFUSED. */
int select_allocations(struct call *call, __u64 of);

#endif /* GMEMTEST_INJECT_SETTINGS_H */
