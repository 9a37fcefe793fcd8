// SPDX-License-Identifier: MIT
/* Policies for the nodes of memory: libnuma is not needed for two calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handles.h"
#include "page.h"

/* linux/mempolicy.h */
#define POLICY_OF_ADDRESS 2
#define BITS_OF_NODES 64

int op_mbind(struct call *call, const struct mbind_request *request,
	     struct mbind_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, request->length);
	unsigned long nodes = request->nodes;

	(void)answer;
	if (!start)
		return REFUSED;
	/* The kernel takes the number of bits plus one. */
	return syscall(SYS_mbind, start, request->length, request->mode, &nodes,
		       BITS_OF_NODES + 1, 0) ?
		       errno :
		       0;
}

int op_memory_policy(struct call *call,
		     const struct memory_policy_request *request,
		     struct memory_policy_answer *answer)
{
	unsigned char *start = handle_range(call, request->mapping,
					    request->offset, PAGE_SIZE);
	/* More nodes than any kernel of gmemtest counts. */
	unsigned long nodes[16] = { 0 };
	int mode = 0;

	if (!start)
		return REFUSED;
	if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, start,
		    POLICY_OF_ADDRESS))
		return errno;
	answer->mode = mode;
	answer->nodes = nodes[0];
	return 0;
}
