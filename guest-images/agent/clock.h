/* SPDX-License-Identifier: MIT */
/* The clock of deadlines and measurements. */
#ifndef GMEMTEST_CLOCK_H
#define GMEMTEST_CLOCK_H

#include <linux/types.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
__u64 now(void);

#endif /* GMEMTEST_CLOCK_H */
