/* SPDX-License-Identifier: MIT */
/* One request on its way to its answer. */
#ifndef GMEMTEST_CALL_H
#define GMEMTEST_CALL_H

#include <stddef.h>

struct call {
	/* The bytes behind the words of the request; a 0 byte follows them. */
	const unsigned char *tail;
	size_t tail_size;
	/* Room behind the words of the answer, and how much of it is used. */
	unsigned char *out;
	size_t out_room;
	size_t out_size;
	/* Why the request makes no sense. */
	char refusal[256];
};

/*
 * An operation returns the error number that the kernel gave, 0 for success,
 * or REFUSED when the request makes no sense.
 */
#define REFUSED (-1)
int refuse(struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A text at the start of the tail; refuses the call and returns NULL if none. */
const char *tail_text(struct call *call, size_t length);

#endif /* GMEMTEST_CALL_H */
