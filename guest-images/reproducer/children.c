// SPDX-License-Identifier: MIT
/* Forked children, which do operations when they are told to. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

struct child {
	pid_t pid;
	int socket;
	/* After its end. */
	int status;
};

/* The end of an operation, and what it told beside it. */
struct child_end {
	int end;
	siginfo_t fault;
	unsigned long copied;
};

/* Memory that a child shares with its parent. */
static void *shared_memory(unsigned long size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		skip("no memory to share: %s", strerror(errno));
	return memory;
}

/* `work` does the operation of a number. The child ends with its parent. */
static int start_child(struct child *child, int (*work)(int number))
{
	struct child_end found = { 0 };
	int sockets[2], number;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return errno;
	child->pid = fork();
	if (child->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(sockets[0]);
		while (read(sockets[1], &number, sizeof(number)) > 0) {
			found.end = work(number);
			found.fault = last_fault;
			found.copied = copied;
			if (write(sockets[1], &found, sizeof(found)) < 0)
				break;
		}
		_exit(0);
	}
	close(sockets[1]);
	child->socket = sockets[0];
	return child->pid < 0 ? errno : 0;
}

/* A child that skips has said why: then nothing can be told of its parent. */
static int child_gone(struct child *child)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, child->pid, &info, WEXITED | WNOWAIT) == 0 &&
	    info.si_code == CLD_EXITED && info.si_status == KSFT_SKIP)
		exit(KSFT_SKIP);
	return CHILD_GONE;
}

/* Lets a child do one of its operations, and returns how it waited. */
static int child_does(struct child *child, int number)
{
	struct child_end found;

	if (send(child->socket, &number, sizeof(number), MSG_NOSIGNAL) < 0 ||
	    read(child->socket, &found, sizeof(found)) != sizeof(found))
		return child_gone(child);
	last_fault = found.fault;
	copied = found.copied;
	return found.end;
}

#define DO(operation) (begin(#operation), (operation))

static int kill_child(struct child *child, int number)
{
	return kill(child->pid, number) ? errno : 0;
}

static int wait_for_child(struct child *child, long milliseconds)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	pid_t waited;

	while ((waited = waitpid(child->pid, &child->status, WNOHANG)) == 0) {
		if (milliseconds-- <= 0)
			return ETIMEDOUT;
		nanosleep(&tick, NULL);
	}
	close(child->socket);
	return waited < 0 ? errno : 0;
}

static int end_child(struct child *child)
{
	kill(child->pid, SIGKILL);
	close(child->socket);
	return waitpid(child->pid, &child->status, 0) < 0 ? errno : 0;
}
