// SPDX-License-Identifier: MIT
/* The CPUs that the agent and its threads run on. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>

#include "affinity.h"
#include "call.h"
#include "operations.h"

static cpu_set_t given;

int affinity_begin(void)
{
	return sched_getaffinity(0, sizeof(given), &given) ? errno : 0;
}

int affinity_count(void)
{
	return CPU_COUNT(&given);
}

int affinity_set(__u64 cpus)
{
	cpu_set_t set;
	int index = 0;
	int cpu;

	CPU_ZERO(&set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &given))
			continue;
		if (!cpus || (index < 64 && (cpus >> index & 1)))
			CPU_SET(cpu, &set);
		index++;
	}
	return sched_setaffinity(0, sizeof(set), &set) ? errno : 0;
}

int op_set_affinity(struct call *call,
		    const struct set_affinity_request *request,
		    struct set_affinity_answer *answer)
{
	(void)call;
	(void)answer;
	return affinity_set(request->cpus);
}
