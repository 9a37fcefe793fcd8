// SPDX-License-Identifier: MIT
/*
 * Process 1 of the instance: mounts the file systems of the tests, starts a dropbear for every ssh port of the harness,
 * reports on the console when that is done, reaps children, and powers off on request.
 *
 * A program, not a script: every command of a script costs 10 to 50 ms under emulation.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"
#include "sessions.h"

static sigset_t original_mask;

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		say("cannot write %s to %s: %s", text, path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void mount_at(const char *type, const char *path, const char *options)
{
	mkdir(path, 0755);
	/* A kernel may lack debugfs or pseudo terminals; what needs them will say so. */
	if (mount(type, path, type, MS_NOSUID, options))
		say("cannot mount %s: %s", type, strerror(errno));
}

/*
 * When any CPU loads the state of its FPU, QEMU's emulation clears a flag of the first CPU without a lock. A write of
 * the first CPU to that word at the same moment is lost. The word also holds whether the CPU runs a nested VM, and
 * whether it accepts interrupts. A kernel that runs nested VMs on it fails in many ways, every few hours. Therefore all
 * programs are kept off that CPU if two others remain.
 */
static void leave_first_cpu(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;
	long i;

	if (count < 3)
		return;
	CPU_ZERO(&set);
	for (i = 1; i < count && i < CPU_SETSIZE; i++)
		CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		give_up("leaving the first CPU");
}

static void handle_signals(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD) {
			/* busybox' poweroff, halt and reboot; QEMU runs with -no-reboot, so they are one */
			say("powering off");
			reboot(RB_POWER_OFF);
		}
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int catch_signals(void)
{
	static const int signals[] = { SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM,
				       SIGINT };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &original_mask);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void __attribute__((noreturn)) loop(int signals)
{
	struct pollfd fds[1 + SESSION_FDS];

	for (;;) {
		fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
		prepare_sessions(fds + 1);
		if (poll(fds, 1 + SESSION_FDS, -1) < 0)
			continue;
		if (fds[0].revents)
			handle_signals(signals);
		serve_sessions(fds + 1);
	}
}

int main(void)
{
	int signals;

	say("started");
	signals = catch_signals();
	if (signals < 0)
		give_up("signalfd");
	setenv("PATH", "/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	sethostname("gmemtest", strlen("gmemtest"));

	mount_at("devtmpfs", "/dev", NULL);
	mount_at("sysfs", "/sys", NULL);
	leave_first_cpu();
	open_sessions(&original_mask);
	mount_at("proc", "/proc", NULL);
	mount_at("devpts", "/dev/pts", "gid=5,mode=620");
	mount_at("debugfs", "/sys/kernel/debug", NULL);
	mount_at("cgroup2", "/sys/fs/cgroup", NULL);
	write_to("/sys/fs/cgroup/cgroup.subtree_control", "+hugetlb");
	mount_at("tmpfs", "/tmp", NULL);
	mount_at("tmpfs", "/run", NULL);

	say("ready");
	loop(signals);
}
