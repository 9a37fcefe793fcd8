// SPDX-License-Identifier: MIT
/* How the program reports: TAP, and the exit codes of kernel selftests. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KSFT_PASS 0
#define KSFT_FAIL 1
#define KSFT_SKIP 4

/* Ends of an operation beside 0 and the numbers of errno. */
enum {
	SIGNAL_BUS = -1,
	SIGNAL_SEGV = -2,
	MEMORY_FAULT = -3,
	OTHER_EXIT = -4,
	CHILD_GONE = -5,
};

static const char *show(int end)
{
	switch (end) {
	case 0:
		return "success";
	case SIGNAL_BUS:
		return "SIGBUS";
	case SIGNAL_SEGV:
		return "SIGSEGV";
	case MEMORY_FAULT:
		return "KVM_EXIT_MEMORY_FAULT";
	case OTHER_EXIT:
		return "an exit of the guest that is not expected";
	case CHILD_GONE:
		return "the end of the child";
	}
	return strerror(end);
}

/* Ends the program: the kernel or the computer lacks what it needs. */
__attribute__((format(printf, 1, 2), noreturn)) static void
skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("ok 1 # SKIP ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	exit(KSFT_SKIP);
}

static void begin(const char *operation)
{
	/* Before it begins: a kernel that dies in it reports nothing later. */
	printf("# %s\n", operation);
}

static int ended(int end, int usual)
{
	if (end == ENOTTY && usual != ENOTTY)
		skip("this kernel has no such ioctl");
	if (end != usual)
		printf("#   ended with %s; when this was recorded, with %s\n",
		       show(end), show(usual));
	return end;
}

static void needed(int end)
{
	if (end)
		skip("the last operation ended with %s", show(end));
}

/* An operation, and the end that it had when the program was recorded. */
#define STEP(usual, operation) (begin(#operation), ended(operation, usual))

/* An operation without which the kernel cannot have the bug. */
#define NEED(operation) (begin(#operation), needed(operation))

static int result(bool ok, const char *what)
{
	printf("%sok 1 - %s\n", ok ? "" : "not ", what);
	return ok ? KSFT_PASS : KSFT_FAIL;
}

static int expect_end(const char *what, int found, int wanted)
{
	if (found != wanted)
		printf("# wanted %s, found %s\n", show(wanted), show(found));
	return result(found == wanted, what);
}

static bool is_one_of(int found, const int *wanted, int count)
{
	int i;

	for (i = 0; i < count && found != wanted[i]; i++)
		;
	if (i < count)
		return true;
	for (i = 0; i < count; i++)
		printf("# %s %s\n", i ? "or" : "wanted", show(wanted[i]));
	printf("# found %s\n", show(found));
	return false;
}

static int expect_one_of(const char *what, int found, const int *wanted,
			 int count)
{
	return result(is_one_of(found, wanted, count), what);
}

static bool is_number(unsigned long long found, unsigned long long wanted)
{
	if (found != wanted)
		printf("# wanted %llu (0x%llx), found %llu (0x%llx)\n", wanted,
		       wanted, found, found);
	return found == wanted;
}

static int expect_number(const char *what, unsigned long long found,
			 unsigned long long wanted)
{
	return result(is_number(found, wanted), what);
}
