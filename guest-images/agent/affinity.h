/* SPDX-License-Identifier: MIT */
/* The CPUs that the agent and its threads run on. */
#ifndef GMEMTEST_AFFINITY_H
#define GMEMTEST_AFFINITY_H

#include <linux/types.h>

/* Reads which CPUs init has left to the agent; must be called first. */
int affinity_begin(void);
int affinity_count(void);
/* One bit for each of the first 64 of them; no bit means all. */
int affinity_set(__u64 cpus);

#endif /* GMEMTEST_AFFINITY_H */
