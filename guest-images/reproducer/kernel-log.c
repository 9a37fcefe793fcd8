// SPDX-License-Identifier: MIT
/* Splats: records of the kernel's log that are warnings or worse. */
#include <fcntl.h>

static int log_fd = -1;

static void watch_log(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd >= 0 && lseek(log_fd, 0, SEEK_END) >= 0)
		return;
	printf("ok 1 # SKIP cannot read /dev/kmsg: %s\n", strerror(errno));
	exit(KSFT_SKIP);
}

static int expect_quiet_log(const char *what)
{
	char record[8192], *text;
	int level, warnings = 0;
	ssize_t size;

	while ((size = read(log_fd, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		text = strchr(record, ';');
		/* Facility 0 is the kernel; level 4 is a warning. */
		if (sscanf(record, "%d", &level) != 1 || level > 4 || !text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (warnings++ < 40)
			printf("# %s\n", text + 1);
	}
	return result(!warnings, what);
}
