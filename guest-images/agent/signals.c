// SPDX-License-Identifier: MIT
/*
 * Signals that arrive while an operation is under way, from a timer of the
 * thread that performs it: handled ones, blocked ones, and the fatal one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "call.h"
#include "clock.h"
#include "operations.h"
#include "signals.h"

/* What the next operation is promised; how is SIGNAL_COUNT if nothing is. */
static struct signal_next_request promise = { .how = SIGNAL_COUNT };
static struct signal_next_result_answer result;

/*
 * Between the brackets of the operation that the promise was made for: 1, and
 * one more for an operation within it, as `repeat` performs them.
 */
static int active;
static timer_t timer;
static __u64 start;

/* A race may signal this thread and others at the same time. */
static __thread volatile sig_atomic_t handled, in_calls, ended;

/* A signal in a system call is handled where the call returns. */
static void on_signal(int number, siginfo_t *info, void *context)
{
	const ucontext_t *at = context;
	const greg_t *registers = at->uc_mcontext.gregs;
	const unsigned char *next = (const unsigned char *)registers[REG_RIP];

	(void)number;
	(void)info;
	handled++;
	/* The instruction `syscall`. */
	if (next[-2] != 0x0f || next[-1] != 0x05)
		return;
	in_calls++;
	if (registers[REG_RAX] == -EINTR)
		ended++;
}

int signals_handle(int flags)
{
	struct sigaction action = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | flags,
	};

	return sigemptyset(&action.sa_mask) ||
			       sigaction(INTERRUPTING_SIGNAL, &action, NULL) ?
		       errno :
		       0;
}

static int block(int how)
{
	sigset_t set;

	if (sigemptyset(&set) || sigaddset(&set, INTERRUPTING_SIGNAL))
		return errno;
	/* An error number, not -1. */
	return pthread_sigmask(how, &set, NULL);
}

/* Takes a blocked signal; returns whether there was one. */
static bool take_pending(void)
{
	const struct timespec at_once = { 0 };
	sigset_t set;

	return sigemptyset(&set) == 0 &&
	       sigaddset(&set, INTERRUPTING_SIGNAL) == 0 &&
	       sigtimedwait(&set, NULL, &at_once) == INTERRUPTING_SIGNAL;
}

static int start_timer(void)
{
	struct itimerspec times = {
		.it_value = { .tv_sec = promise.after / 1000000000,
			      .tv_nsec = promise.after % 1000000000 },
		.it_interval = { .tv_sec = promise.every / 1000000000,
				 .tv_nsec = promise.every % 1000000000 },
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = promise.how == SIGNAL_KILLED ?
				       SIGKILL :
				       INTERRUPTING_SIGNAL,
	};

	/* glibc has no name for this one. */
	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		return errno;
	if (timer_settime(timer, 0, &times, NULL))
		abort();
	return 0;
}

void signals_begin(void)
{
	if (!active && promise.how == SIGNAL_COUNT)
		return;
	if (active++)
		return;
	handled = in_calls = ended = 0;
	if (signals_handle(promise.how == SIGNAL_RESTARTING ? SA_RESTART : 0) ||
	    (promise.how == SIGNAL_BLOCKED && block(SIG_BLOCK)))
		abort();
	start = now();
	if (promise.after)
		result.error = start_timer();
	else if (raise(INTERRUPTING_SIGNAL))
		abort();
	result.armed = result.error == 0;
}

void signals_end(void)
{
	if (!active || --active)
		return;
	if (promise.after && result.armed && timer_delete(timer))
		abort();
	result.nanoseconds = now() - start;
	if (promise.how == SIGNAL_BLOCKED) {
		result.pending = take_pending();
		if (block(SIG_UNBLOCK))
			abort();
	}
	result.handled = handled;
	result.in_calls = in_calls;
	result.ended = ended;
	promise.how = SIGNAL_COUNT;
}

int op_signal_next(struct call *call, const struct signal_next_request *request,
		   struct signal_next_answer *answer)
{
	const struct signal_next_result_answer nothing = { 0 };

	(void)answer;
	if (request->how >= SIGNAL_COUNT)
		return refuse(call, "no way to signal has this number");
	if (request->after == 0 && request->how != SIGNAL_BLOCKED)
		return refuse(call, "this signal would come too early");
	promise = *request;
	result = nothing;
	return 0;
}

int op_signal_next_result(struct call *call,
			  const struct signal_next_result_request *request,
			  struct signal_next_result_answer *answer)
{
	(void)call;
	(void)request;
	/* The signals of this operation were meant for one before it. */
	if (!active)
		*answer = result;
	return 0;
}
