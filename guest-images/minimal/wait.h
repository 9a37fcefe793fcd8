/* SPDX-License-Identifier: MIT */
/* Polls for a condition for which no event exists. */
#ifndef GMEMTEST_WAIT_H
#define GMEMTEST_WAIT_H

#include <time.h>

static inline void wait_a_little(void)
{
	const struct timespec pause_time = { .tv_nsec = 5 * 1000 * 1000 };

	nanosleep(&pause_time, NULL);
}

#endif
