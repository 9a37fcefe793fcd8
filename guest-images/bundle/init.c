// SPDX-License-Identifier: MIT
/*
 * Process 1 of the initramfs of a bundle: mounts what a reproducer needs, runs /reproducer, tells its exit code on the
 * console, and powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL))
		printf("init: cannot mount %s: %s\n", path, strerror(errno));
}

/*
 * QEMU's emulation may lose a write of the first CPU to its own flags, and nested VMs on that CPU then fail in many ways:
 * keep off it when two others remain.
 */
static void leave_first_cpu(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;
	long i;

	CPU_ZERO(&set);
	for (i = 1; i < count && i < CPU_SETSIZE; i++)
		CPU_SET(i, &set);
	if (count >= 3 && sched_setaffinity(0, sizeof(set), &set))
		printf("init: cannot leave the first CPU: %s\n",
		       strerror(errno));
}

static int run(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execl("/reproducer", "reproducer", (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_at("devtmpfs", "/dev");
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("debugfs", "/sys/kernel/debug");
	mount_at("cgroup2", "/sys/fs/cgroup");
	mount_at("tmpfs", "/tmp");
	leave_first_cpu();
	printf("reproducer: exit code %d\n", run());
	fflush(stdout);
	/* The serial console has a queue of its own. */
	sleep(1);
	reboot(RB_POWER_OFF);
	return 0;
}
