// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "restored.h"
#include "say.h"
#include "servers.h"
#include "sessions.h"
#include "wait.h"

#define PORT_PREFIX "gmemtest.ssh"
#define PORT_CLASS "/sys/class/virtio-ports"
/* The number of ports: the kernel passes unknown words of its command line to init as environment. */
#define PORT_COUNT "gmemtest_ssh_ports"
#define MAX_WAIT_MS 10000

/* Buffered bytes of one direction. */
struct flow {
	size_t start;
	size_t end;
	char bytes[32768];
};

struct session {
	int port; /* -1: over */
	int server; /* our end of dropbear's socket; -1: not started */
	bool begun; /* the harness has said something */
	struct flow in;
	struct flow out;
};

static struct session sessions[MAX_SESSIONS];
static int nr_sessions;

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

/* The driver announces ports and their names from a work queue, so they may appear late. */
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

/* Moves bytes without waiting; returns false when an end is gone. */
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

/* Until there is a server, the received bytes may be the start of the line of a restored instance. */
static bool wants_input(const struct session *session)
{
	return session->server < 0 || is_empty(&session->in);
}

/* The harness may save the instance as soon as the port is closed. */
static void end_session(struct session *session)
{
	prepare_server();
	close(session->server);
	close(session->port);
	session->port = -1;
	session->server = -1;
}

/* Reads the first bytes of a session, and starts its server if they are for it; returns false if the session is broken. */
static bool begin_session(struct session *session)
{
	struct flow *in = &session->in;
	size_t line_length = 0;
	ssize_t count;

	count = read(session->port, in->bytes + in->end,
		     sizeof(in->bytes) - in->end);
	if (count <= 0)
		return count < 0 && (errno == EAGAIN || errno == EINTR);
	in->end += count;
	switch (hear_restored(in->bytes, in->end, &line_length)) {
	case RESTORED_INCOMPLETE:
		return true;
	case RESTORED_BROKEN:
		return false;
	case RESTORED_OTHER:
	case RESTORED_DONE:
		break;
	}
	in->start = line_length;
	session->server = take_server();
	return session->server >= 0;
}

static void serve(struct session *session, short port_events)
{
	if (session->server < 0) {
		if (!(port_events & POLLIN))
			return;
		if (!begin_session(session)) {
			end_session(session);
			return;
		}
		if (session->server < 0)
			return;
	}
	if (!move(&session->in, session->port, session->server) ||
	    !move(&session->out, session->server, session->port)) {
		end_session(session);
		return;
	}
	session->begun |= session->in.end > 0;
}

void open_sessions(const sigset_t *mask)
{
	int i;

	for (i = 0; i < MAX_SESSIONS; i++)
		sessions[i].port = sessions[i].server = -1;
	init_servers(mask);
	open_ports();
	sessions[0].server = take_server();
}

void prepare_sessions(struct pollfd *fds)
{
	struct session *session;
	int i;

	for (i = 0; i < MAX_SESSIONS; i++) {
		session = &sessions[i];
		fds[2 * i] = (struct pollfd){ .fd = session->port };
		fds[2 * i + 1] = (struct pollfd){ .fd = session->server };
		fds[2 * i].events = (wants_input(session) ? POLLIN : 0) |
				    (is_empty(&session->out) ? 0 : POLLOUT);
		fds[2 * i + 1].events = (is_empty(&session->out) ? POLLIN : 0) |
					(is_empty(&session->in) ? 0 : POLLOUT);
	}
}

void serve_sessions(const struct pollfd *fds)
{
	int i;

	for (i = 0; i < MAX_SESSIONS; i++) {
		/* The other end is not open yet: there is nothing to wait for, but it will not be long. */
		if (fds[2 * i].revents & POLLHUP && !sessions[i].begun)
			wait_a_little();
		else if (fds[2 * i].revents || fds[2 * i + 1].revents)
			serve(&sessions[i], fds[2 * i].revents);
	}
}
