// SPDX-License-Identifier: MIT
/* The thread of a race that signals the others. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "actor_files.h"
#include "actor_signals.h"
#include "actors.h"
#include "signals.h"

/* A thread that has ended cannot be signalled, and need not. */
static void signal_thread(struct actor *actor, pid_t tid)
{
	int error = 0;

	if (tid == 0 || tid == gettid())
		return;
	if (syscall(SYS_tgkill, getpid(), tid, INTERRUPTING_SIGNAL))
		error = errno;
	if (error != ESRCH)
		actor_note(actor, error);
}

void actor_signal_others(struct actor *actor)
{
	const struct timespec nap = {
		.tv_sec = actor->request.value / 1000000000,
		.tv_nsec = actor->request.value % 1000000000,
	};
	size_t i;
	pid_t tid;

	for (i = 0; (tid = actors_thread(i)) >= 0; i++)
		signal_thread(actor, tid);
	/* The thread that performs operations. */
	signal_thread(actor, getpid());
	nanosleep(&nap, NULL);
}
