// SPDX-License-Identifier: MIT
/*
 * Describes the table of operations.  That every structure is exactly its
 * fields, one word each and in this order, is proved by the compiler.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent.h"
#include "layout.h"

#define NAME(field) #field " "
#define COUNT(field) +1
#define DESCRIBE(number, name) \
	{ number, #name, REQUEST_##name(NAME) "", ANSWER_##name(NAME) "" },
#define PROVE(number, name)                                   \
	_Static_assert(sizeof(struct name##_request) ==       \
			       8 * (0 REQUEST_##name(COUNT)), \
		       #name);                                \
	_Static_assert(sizeof(struct name##_answer) ==        \
			       8 * (0 ANSWER_##name(COUNT)),  \
		       #name);

OPERATIONS(PROVE)
_Static_assert(sizeof(struct frame_header) == 24, "header");
_Static_assert(sizeof(struct page_run) == 16, "page_run");
_Static_assert(sizeof(struct page_entry) == 24, "page_entry");
_Static_assert(sizeof(struct frame_run) == 24, "frame_run");
_Static_assert(sizeof(struct actor_report) == 136, "actor_report");

static const struct {
	int number;
	const char *name;
	const char *request;
	const char *answer;
} operations[] = { OPERATIONS(DESCRIBE) };

static char text[8192];
static size_t used;

static void append(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void append(const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text + used, sizeof(text) - used, format, arguments);
	va_end(arguments);
	/* The table is constant: if it fits once, it always does. */
	if (length < 0 || (size_t)length >= sizeof(text) - used)
		abort();
	used += length;
}

/* Without the blank behind the last name. */
static void append_fields(const char *fields)
{
	append("(%s", fields);
	if (text[used - 1] == ' ')
		used--;
	append(")");
}

const char *layout_describe(void)
{
	size_t i;

	used = 0;
	append("protocol %d header %zu maximum %d", PROTOCOL_VERSION,
	       sizeof(struct frame_header), MAXIMUM_FRAME);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		append("\n%d %s", operations[i].number, operations[i].name);
		append_fields(operations[i].request);
		append(" -> ");
		append_fields(operations[i].answer);
	}
	return text;
}
