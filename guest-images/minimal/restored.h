/* SPDX-License-Identifier: MIT */
/*
 * What a guest that was restored from a saved state has to be told: it would go on with the time and with the random
 * numbers of the moment in which it was saved, and so would every other one that is restored from the same state.
 *
 * The harness says it in one line, before anything else that comes through an ssh port:
 *
 *	gmemtest-restored SECONDS NANOSECONDS ENTROPY\n
 *
 * the time since 1970, and random bytes in hexadecimal.
 */
#ifndef GMEMTEST_RESTORED_H
#define GMEMTEST_RESTORED_H

#include <stddef.h>

enum restored {
	/* These bytes are no such line: they are meant for the ssh server. */
	RESTORED_OTHER,
	/* They may become one. */
	RESTORED_INCOMPLETE,
	/* It is one, and the guest has heard it. */
	RESTORED_DONE,
	/* It is one that cannot be understood, or that the kernel refuses. */
	RESTORED_BROKEN,
};

/*
 * Looks at the first bytes of a session. With RESTORED_DONE, line_length says how many of them were the line; with
 * RESTORED_BROKEN, init has said why.
 */
enum restored hear_restored(const char *bytes, size_t count,
			    size_t *line_length);

#endif
