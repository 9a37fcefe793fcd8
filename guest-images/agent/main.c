// SPDX-License-Identifier: MIT
/*
 * The agent of gmemtest: does to KVM and to memory in the guest what the
 * harness asks for.  It reads requests from its standard input and answers
 * on its standard output, see protocol.h; it exits when its input ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "layout.h"

__u64 now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time))
		abort();
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

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
			  name.release, __VERSION__, layout_describe());
	if (length < 0 || (size_t)length >= call->out_room)
		return ENOBUFS;
	call->out_size = length;
	return 0;
}

static int print_layout(void)
{
	return puts(layout_describe()) == EOF || fflush(stdout) == EOF;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--protocol") == 0)
		return print_layout();
	if (argc != 1) {
		fprintf(stderr, "usage: agent [--protocol]\n");
		return 2;
	}

	/* A channel that breaks is found by write(), not by a signal. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || guard_install()) {
		perror("agent: signals");
		return 2;
	}
	if (affinity_begin()) {
		fprintf(stderr,
			"agent: cannot find out which CPUs it may use\n");
		return 2;
	}
	return serve(STDIN_FILENO, STDOUT_FILENO, false);
}
