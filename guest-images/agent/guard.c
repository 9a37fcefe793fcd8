// SPDX-License-Identifier: MIT
/* Accesses to memory that survive SIGBUS and SIGSEGV, in every thread. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"

static __thread struct {
	sigjmp_buf back;
	volatile sig_atomic_t armed;
	volatile int signal;
	volatile int code;
	const unsigned char *volatile address;
	volatile int address_bits;
} guard;

/* Of a memory failure, the kernel tells how much memory is lost. */
static int address_bits(int signal_number, const siginfo_t *info)
{
	bool failure = signal_number == SIGBUS &&
		       (info->si_code == BUS_MCEERR_AR ||
			info->si_code == BUS_MCEERR_AO);

	return failure ? info->si_addr_lsb : 0;
}

static void say(const char *text)
{
	/* There is no other place for the text if this fails too. */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	if (guard.armed) {
		guard.armed = 0;
		guard.signal = signal_number;
		guard.code = info->si_code;
		guard.address = info->si_addr;
		guard.address_bits = address_bits(signal_number, info);
		siglongjmp(guard.back, 1);
	}
	say(signal_number == SIGBUS ?
		    "agent: SIGBUS outside of a guarded access\n" :
		    "agent: SIGSEGV outside of a guarded access\n");
	/* The faulting instruction runs again, and ends the process. */
	signal(signal_number, SIG_DFL);
}

int guard_install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		/*
		 * The handler does not return from a guarded fault, so the
		 * signal must not be blocked meanwhile; then the mask needs no
		 * saving either, which would cost a system call each time.
		 */
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	if (sigemptyset(&action.sa_mask) || sigaction(SIGBUS, &action, NULL) ||
	    sigaction(SIGSEGV, &action, NULL))
		return errno;
	return 0;
}

bool guarded(void (*work)(void *context), void *context, struct guard_hit *hit)
{
	hit->signal = 0;
	if (sigsetjmp(guard.back, 0) == 0) {
		guard.armed = 1;
		work(context);
		guard.armed = 0;
		return true;
	}
	hit->signal = guard.signal;
	hit->code = guard.code;
	hit->address = guard.address;
	hit->address_bits = guard.address_bits;
	return false;
}
