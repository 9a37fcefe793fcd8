// SPDX-License-Identifier: MIT
/* The operations in a process of their own, with a deadline. */
#include <sys/wait.h>
#include <time.h>

/* Returns the exit code of the operations; -1 when they do not end in time. */
static int in_child(int (*operations)(void), int seconds)
{
	const struct timespec tick = { .tv_nsec = 50000000 };
	pid_t pid = fork();
	int status, i;

	if (pid == 0)
		_exit(operations());
	for (i = 0; pid > 0 && i < seconds * 20; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&tick, NULL);
	}
	return -1;
}

/* A number in a file of sysfs, when it has had time to become `wanted`. */
static long long settled(const char *path, long long wanted)
{
	const struct timespec tick = { .tv_nsec = 50000000 };
	int i;

	for (i = 0; i < 60 && number_in(path) != wanted; i++)
		nanosleep(&tick, NULL);
	return number_in(path);
}
