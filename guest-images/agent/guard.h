/* SPDX-License-Identifier: MIT */
/* Accesses to memory that survive SIGBUS and SIGSEGV, in every thread. */
#ifndef GMEMTEST_GUARD_H
#define GMEMTEST_GUARD_H

#include <stdbool.h>

struct guard_hit {
	/* 0: no signal. */
	int signal;
	int code;
	const unsigned char *address;
	/* A memory failure: the size of what is lost is 1 << address_bits. */
	int address_bits;
};

int guard_install(void);
/*
 * Runs work(), which may touch memory that is not there.  The variables that
 * work() changes must be volatile, since it may end at any access.  Returns
 * false after a signal, which is in *hit.
 */
bool guarded(void (*work)(void *context), void *context, struct guard_hit *hit);

#endif /* GMEMTEST_GUARD_H */
