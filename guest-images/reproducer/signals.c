// SPDX-License-Identifier: MIT
/* Signals that arrive during the operation SIGNALLED(), from a timer. */
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <ucontext.h>

enum signalling {
	HANDLED,
	RESTARTING,
	BLOCKED,
	KILLED,
};

static enum signalling signal_how;

static struct itimerspec signal_times;

static timer_t signal_timer;

/* How often the handler ran, how often at the end of a system call, and with EINTR. */
static volatile unsigned long signals_handled, signals_in_calls, signals_ended;

/* A blocked signal was there after the operation. */
static bool signal_waits;

static void on_interruption(int number, siginfo_t *info, void *context)
{
	const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	const unsigned char *next = (unsigned char *)registers[REG_RIP];

	(void)number;
	(void)info;
	signals_handled++;
	/* The instruction `syscall`. */
	if (next[-2] != 0x0f || next[-1] != 0x05)
		return;
	signals_in_calls++;
	if (registers[REG_RAX] == -EINTR)
		signals_ended++;
}

static int signal_next(enum signalling how, long long after, long long every)
{
	signal_how = how;
	signal_times = (struct itimerspec){
		.it_value = { after / 1000000000, after % 1000000000 },
		.it_interval = { every / 1000000000, every % 1000000000 },
	};
	return 0;
}

static void interruption_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGUSR1);
}

static void handle_interruptions(int flags)
{
	struct sigaction action = { .sa_sigaction = on_interruption,
				    .sa_flags = SA_SIGINFO | flags };

	sigaction(SIGUSR1, &action, NULL);
}

static void signals_begin(void)
{
	/* All threads of the program, which is one. */
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = signal_how == KILLED ?
							 SIGKILL :
							 SIGUSR1 };
	sigset_t set;

	signals_handled = signals_in_calls = signals_ended = 0;
	interruption_set(&set);
	handle_interruptions(signal_how == RESTARTING ? SA_RESTART : 0);
	if (signal_how == BLOCKED)
		sigprocmask(SIG_BLOCK, &set, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &signal_timer))
		skip("cannot make a timer: %s", strerror(errno));
	if (signal_times.it_value.tv_sec || signal_times.it_value.tv_nsec)
		timer_settime(signal_timer, 0, &signal_times, NULL);
	else
		raise(SIGUSR1);
}

static int signals_end(int end)
{
	const struct timespec at_once = { 0 };
	sigset_t set;

	timer_delete(signal_timer);
	interruption_set(&set);
	signal_waits = signal_how == BLOCKED &&
		       sigtimedwait(&set, NULL, &at_once) == SIGUSR1;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return end;
}

#define SIGNALLED(operation) signals_end((signals_begin(), (operation)))
