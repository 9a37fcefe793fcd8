/* SPDX-License-Identifier: MIT */
/*
 * Sets the clock and adds entropy in an instance that was restored from a saved state. Otherwise it would continue with
 * the time and the random numbers of the moment in which it was saved, as would every other copy of that state.
 *
 * The harness sends both in one line, before anything else on an ssh port:
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
 * Examines the first bytes of a session. With RESTORED_DONE, line_length is the length of the line; with
 * RESTORED_BROKEN, init has reported the reason.
 */
enum restored hear_restored(const char *bytes, size_t count,
			    size_t *line_length);

#endif
