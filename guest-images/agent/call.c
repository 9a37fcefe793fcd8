// SPDX-License-Identifier: MIT
/* One request on its way to its answer. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "call.h"

int refuse(struct call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(call->refusal, sizeof(call->refusal), format, arguments) <
	    0)
		call->refusal[0] = 0;
	va_end(arguments);
	return REFUSED;
}

const char *tail_text(struct call *call, size_t length)
{
	if (length == 0 || length > call->tail_size ||
	    memchr(call->tail, 0, length)) {
		refuse(call, "a path is missing or has a zero byte in it");
		return NULL;
	}
	return (const char *)call->tail;
}
