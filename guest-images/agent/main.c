// SPDX-License-Identifier: MIT
/*
 * The agent of gmemtest, in the instance: does to KVM and to memory what the
 * harness asks for.  It reads requests from its standard input and answers on
 * its standard output, see harness/agent/wire/protocol.ts; it exits when its
 * input ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "affinity.h"
#include "call.h"
#include "guard.h"
#include "operations.h"
#include "serve.h"

int op_hello(struct call *call, const struct hello_request *request,
	     struct hello_answer *answer)
{
	struct utsname name;
	int length;

	if (request->version != PROTOCOL_VERSION)
		return refuse(call,
			      "the agent speaks version %d of the protocol, "
			      "the harness version %llu",
			      PROTOCOL_VERSION, request->version);
	if (uname(&name))
		return errno;

	answer->version = PROTOCOL_VERSION;
	answer->byte_order = 0x0102030405060708ULL;
	answer->page_size = sysconf(_SC_PAGESIZE);
	answer->maximum_frame = MAXIMUM_FRAME;
	answer->pid = getpid();
	answer->cpus = affinity_count();

	length = snprintf((char *)call->out, call->out_room, "%s\n%s\n%s",
			  name.release, __VERSION__,
			  PROTOCOL_DIGEST "-" OPERATIONS_DIGEST);
	if (length < 0 || (size_t)length >= call->out_room)
		return ENOBUFS;
	call->out_size = length;
	return 0;
}

/* A call that leaks a descriptor a thousand times is found by their number. */
static int allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return errno;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0;
}

int main(void)
{
	/* write() reports a broken channel; a signal would end the agent. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || guard_install()) {
		perror("agent: signals");
		return 2;
	}
	if (allow_descriptors()) {
		fprintf(stderr, "agent: cannot raise its limit of files\n");
		return 2;
	}
	if (affinity_begin()) {
		fprintf(stderr, "agent: cannot read its CPU affinity\n");
		return 2;
	}
	return serve(STDIN_FILENO, STDOUT_FILENO);
}
