// SPDX-License-Identifier: MIT
/* Splats: records of the kernel's log that are warnings or worse. */
#include <fcntl.h>
#include <regex.h>

static int log_fd = -1;

static void watch_log(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0 || lseek(log_fd, 0, SEEK_END) < 0)
		printf("# cannot read /dev/kmsg: %s\n", strerror(errno));
}

static bool matches(const char *text, const char *pattern)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

/* Some warnings only tell that the computer is slow: their patterns. */
static int expect_quiet_log(const char *what, const char *const *slow,
			    int count)
{
	char record[8192], *text;
	int level, warnings = 0, i;
	ssize_t size;

	if (log_fd < 0)
		skip("splats would be in /dev/kmsg, which cannot be read");
	while ((size = read(log_fd, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		text = strchr(record, ';');
		/* Facility 0 is the kernel; level 4 is a warning. */
		if (sscanf(record, "%d", &level) != 1 || level > 4 || !text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		for (i = 0; i < count && !matches(text + 1, slow[i]); i++)
			;
		if (i == count && warnings++ < 40)
			printf("# %s\n", text + 1);
	}
	return result(!warnings, what);
}
