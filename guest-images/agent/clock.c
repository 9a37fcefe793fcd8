// SPDX-License-Identifier: MIT
/* The clock of deadlines and measurements. */
#include <stdlib.h>
#include <time.h>

#include "clock.h"

__u64 now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time))
		abort();
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}
