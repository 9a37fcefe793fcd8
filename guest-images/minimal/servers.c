// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "say.h"
#include "servers.h"
#include "wait.h"

#define HOST_KEY "/etc/dropbear/host_key"
#define MAX_KEY 1024
#define MAX_WAIT_MS 1500
/* The path under which a server opens the pipe with its key. */
#define KEY_DESCRIPTOR 3
#define KEY_DESCRIPTOR_PATH "/proc/self/fd/3"

static sigset_t server_mask;
static char host_key[MAX_KEY];
static size_t host_key_size;

/*
 * A dropbear that is loaded and waits for its host key, before it has taken any random numbers. In the saved state of an
 * instance, the slow part of its start is done, and it still gets different random numbers in each restored copy.
 */
static struct {
	int server; /* -1: there is none */
	int key; /* where the rest of the key is to be written */
} prepared = { .server = -1, .key = -1 };

/* Starts a dropbear on one end of a socket pair, and returns the other end. It reads its key from the pipe or the file. */
static int start_server(int key_end)
{
	/* -i: inetd mode; -s: keys only; -j -k: no forwarding */
	char *const args[] = { "dropbear", "-isjk", "-r",
			       key_end < 0 ? HOST_KEY : KEY_DESCRIPTOR_PATH,
			       NULL };
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &server_mask, NULL);
		setsid();
		dup2(ends[1], STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		/* dropbear closes it in the programs that it starts */
		if (key_end >= 0) {
			dup2(key_end, KEY_DESCRIPTOR);
			/* When it was that one already, it would be closed now. */
			fcntl(KEY_DESCRIPTOR, F_SETFD, 0);
		}
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

/* Tells whether a living reader has read everything from this pipe within a time. */
static bool wait_until_read(int end)
{
	struct pollfd writer = { .fd = end };
	int waited;
	int left;

	for (waited = 0; waited < MAX_WAIT_MS; waited += 5) {
		if (ioctl(end, FIONREAD, &left) || poll(&writer, 1, 0) < 0 ||
		    writer.revents & POLLERR)
			return false;
		if (left == 0)
			return true;
		wait_a_little();
	}
	return false;
}

static void forget_prepared(void)
{
	close(prepared.server);
	close(prepared.key);
	prepared.server = prepared.key = -1;
}

/* Once the first byte of the key has been read, the server waits for the rest. */
void prepare_server(void)
{
	int key[2];

	if (prepared.server >= 0 || pipe2(key, O_CLOEXEC))
		return;
	prepared.server = start_server(key[0]);
	prepared.key = key[1];
	/* The server's end is the only one now, so that it is seen when it ends. */
	close(key[0]);
	if (prepared.server < 0 || write(key[1], host_key, 1) != 1 ||
	    !wait_until_read(key[1]))
		forget_prepared();
}

int take_server(void)
{
	const ssize_t rest = host_key_size - 1;
	int server;

	if (prepared.server < 0)
		return start_server(-1);
	if (write(prepared.key, host_key + 1, rest) != rest) {
		forget_prepared();
		return start_server(-1);
	}
	/* dropbear reads to the end */
	close(prepared.key);
	server = prepared.server;
	prepared.server = prepared.key = -1;
	return server;
}

void init_servers(const sigset_t *mask)
{
	int fd = open(HOST_KEY, O_RDONLY | O_CLOEXEC);
	ssize_t count = fd < 0 ? -1 : read(fd, host_key, sizeof(host_key));

	/* One that fills all of it may go on. */
	if (count < 1 || count == sizeof(host_key))
		give_up("reading " HOST_KEY);
	close(fd);
	host_key_size = count;
	server_mask = *mask;
}
