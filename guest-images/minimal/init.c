// SPDX-License-Identifier: MIT
/*
 * Process 1 of the guest: mounts what the tests need, gives every ssh port of the harness a dropbear, says on the
 * console when that is done, reaps children, powers off when asked.
 *
 * A program, not a script: every command of a script costs 10 to 50 ms under emulation.
 *
 * Ssh does not come over a network. Each virtio-serial port whose name starts with PORT_PREFIX leads to one socket of
 * the harness; what comes in there is relayed to a dropbear in inetd mode, which needs a real socket. A port serves
 * one session: when its dropbear ends, the port is closed, and QEMU reports that to the harness.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_PREFIX "gmemtest.ssh"
#define PORT_CLASS "/sys/class/virtio-ports"
/* How many such ports there are: the kernel hands unknown words of its command line to us as environment. */
#define PORT_COUNT "gmemtest_ssh_ports"
#define MAX_SESSIONS 8
#define MAX_WAIT_MS 10000

/* Bytes on their way in one direction. */
struct flow {
	size_t start;
	size_t end;
	char bytes[32768];
};

struct session {
	int port; /* -1: over */
	int server; /* our end of dropbear's socket; -1: not started */
	struct flow in;
	struct flow out;
};

static struct session sessions[MAX_SESSIONS];
static int nr_sessions;
static sigset_t original_mask;

/*
 * Through the kernel's log: a line that is written to the terminal could be torn by the kernel's own messages. The
 * level is one that no "quiet" or "loglevel=" on the command line hides. Without the newline, the line would wait for
 * the next one: the kernel expects it to be continued.
 */
static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
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

static void __attribute__((noreturn)) give_up(const char *what)
{
	say("failed: %s: %s", what, strerror(errno));
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

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

/* Starts a dropbear on its end of a socket pair, and returns our end. */
static int start_server(void)
{
	/* -i: inetd mode; -s: keys only; -j -k: no forwarding */
	static char *const args[] = { "dropbear", "-isjk", "-r",
				      "/etc/dropbear/host_key", NULL };
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &original_mask, NULL);
		setsid();
		dup2(ends[1], STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		execv("/sbin/dropbear", args);
		_exit(127);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return ends[0];
}

static void open_port(const char *device)
{
	char path[300];
	char name[64] = "";
	struct session *session;
	unsigned int index;
	int fd;

	snprintf(path, sizeof(path), PORT_CLASS "/%s/name", device);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	close(fd);
	if (sscanf(name, PORT_PREFIX "%u", &index) != 1 ||
	    index >= MAX_SESSIONS)
		return;
	/* A port that is open already is refused with EBUSY. */
	snprintf(path, sizeof(path), "/dev/%s", device);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	session = &sessions[index];
	session->port = fd;
	nr_sessions++;
}

static void wait_a_little(void)
{
	const struct timespec pause_time = { .tv_nsec = 5 * 1000 * 1000 };

	nanosleep(&pause_time, NULL);
}

/* The driver announces ports and their names from a work queue: they may be a little late. */
static void open_ports(void)
{
	const char *wanted_text = getenv(PORT_COUNT);
	int wanted = wanted_text ? atoi(wanted_text) : 1;
	struct dirent *entry;
	DIR *directory;
	int waited;

	for (waited = 0; nr_sessions < wanted; waited += 5) {
		if (waited > 0)
			wait_a_little();
		if (waited >= MAX_WAIT_MS) {
			errno = ENODEV;
			give_up("waiting for the virtio-serial ports " PORT_PREFIX
				"*");
		}
		directory = opendir(PORT_CLASS);
		while (directory && (entry = readdir(directory)))
			open_port(entry->d_name);
		if (directory)
			closedir(directory);
	}
}

/* Moves what can be moved without waiting; false when an end is gone. */
static bool move(struct flow *flow, int from, int to)
{
	ssize_t count;

	if (flow->start == flow->end) {
		count = read(from, flow->bytes, sizeof(flow->bytes));
		if (count == 0 ||
		    (count < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		flow->start = 0;
		flow->end = count > 0 ? count : 0;
	}
	if (flow->start < flow->end) {
		count = write(to, flow->bytes + flow->start,
			      flow->end - flow->start);
		if (count < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (count > 0)
			flow->start += count;
	}
	return true;
}

static bool is_empty(const struct flow *flow)
{
	return flow->start == flow->end;
}

static void end_session(struct session *session)
{
	close(session->server);
	close(session->port);
	session->port = -1;
	session->server = -1;
}

static void serve(struct session *session, short port_events)
{
	if (session->server < 0) {
		if (!(port_events & POLLIN))
			return;
		session->server = start_server();
	}
	if (session->server < 0 ||
	    !move(&session->in, session->port, session->server) ||
	    !move(&session->out, session->server, session->port))
		end_session(session);
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
	struct pollfd fds[1 + 2 * MAX_SESSIONS];
	struct session *session;
	int i;

	for (;;) {
		fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
		for (i = 0; i < MAX_SESSIONS; i++) {
			session = &sessions[i];
			fds[1 + 2 * i] = (struct pollfd){ .fd = session->port };
			fds[2 + 2 * i] =
				(struct pollfd){ .fd = session->server };
			fds[1 + 2 * i].events =
				(is_empty(&session->in) ? POLLIN : 0) |
				(is_empty(&session->out) ? 0 : POLLOUT);
			fds[2 + 2 * i].events =
				(is_empty(&session->out) ? POLLIN : 0) |
				(is_empty(&session->in) ? 0 : POLLOUT);
		}
		if (poll(fds, 1 + 2 * MAX_SESSIONS, -1) < 0)
			continue;
		if (fds[0].revents)
			handle_signals(signals);
		for (i = 0; i < MAX_SESSIONS; i++) {
			/* The other end is not open yet: there is nothing to wait for, but it will not be long. */
			if (fds[1 + 2 * i].revents & POLLHUP)
				wait_a_little();
			else if (fds[1 + 2 * i].revents ||
				 fds[2 + 2 * i].revents)
				serve(&sessions[i], fds[1 + 2 * i].revents);
		}
	}
}

int main(void)
{
	int signals;
	int i;

	say("started");
	signals = catch_signals();
	setenv("PATH", "/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	sethostname("gmemtest", strlen("gmemtest"));

	for (i = 0; i < MAX_SESSIONS; i++)
		sessions[i].port = sessions[i].server = -1;
	mount_at("devtmpfs", "/dev", NULL);
	mount_at("sysfs", "/sys", NULL);
	open_ports();
	/* Loaded and waiting by the time that the harness has something to say. */
	sessions[0].server = start_server();
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
