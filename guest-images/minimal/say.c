// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
#include "say.h"

/*
 * Writes to the kernel's log, because the kernel's own messages could tear a line that is written to the terminal. No
 * "quiet" or "loglevel=" on the command line hides this level. Without the newline the kernel would hold the line back
 * and expect a continuation.
 */
void say(const char *format, ...)
{
	static int kmsg = -1;
	char line[256];
	va_list args;
	int length;

	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	length = snprintf(line, sizeof(line), "<1>gmemtest-init: ");
	va_start(args, format);
	length += vsnprintf(line + length, sizeof(line) - length - 1, format,
			    args);
	va_end(args);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (write(kmsg, line, length) < 0)
		perror("gmemtest-init: /dev/kmsg");
}

void give_up(const char *what)
{
	say("failed: %s: %s", what, strerror(errno));
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
