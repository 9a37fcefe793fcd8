// SPDX-License-Identifier: MIT
/* Children: copies of the agent that do the same operations. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "channel.h"
#include "clock.h"
#include "fork.h"
#include "handles.h"
#include "serve.h"

/* The higher ones of 16 bits stand for the children of calls in programs. */
#define MAXIMUM_PROCESS (PROCESS_RESULT - 1)

static bool is_child;

bool in_child(void)
{
	return is_child;
}

/* The first byte that a child sends: it will die with its parent now. */
static const char ready = 'r';

/* The channel to the harness belongs to the parent alone. */
static void leave_channel(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		_exit(2);
}

static void __attribute__((noreturn)) be_child(int fd, pid_t parent)
{
	/* The signal is lost if the parent died before this was set. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(2);
	is_child = true;
	leave_channel();
	handles_after_fork();
	actors_after_fork();
	if (write_all(fd, &ready, sizeof(ready)))
		_exit(2);
	_exit(serve(fd, fd));
}

/* The handle of a child is given out only when it will die with its parent. */
static int wait_until_ready(int fd)
{
	char byte;
	ssize_t count;

	do {
		count = read(fd, &byte, sizeof(byte));
	} while (count < 0 && errno == EINTR);
	if (count == sizeof(byte) && byte == ready)
		return 0;
	return count < 0 ? errno : ECHILD;
}

/* Ends a child, unless it was waited for already. */
static void child_end(struct object *child)
{
	if (child->pid == 0)
		return;
	/* It may be a zombie by now: then only the second call has an effect. */
	if (kill(child->pid, SIGKILL) && errno != ESRCH)
		return;
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}

static int child_close(struct object *child)
{
	child_end(child);
	return close_descriptors(child);
}

bool child_crashed(const struct object *child)
{
	const struct timespec nap = { .tv_nsec = 500000 };
	/* Its channel closes shortly before its exit can be seen. */
	__u64 end = now() + 1000000000;
	siginfo_t info = { .si_pid = 0 };

	while (waitid(P_PID, child->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		       0 &&
	       info.si_pid == 0 && now() < end)
		nanosleep(&nap, NULL);
	if (info.si_pid == 0 || info.si_code == CLD_EXITED)
		return false;
	return info.si_status == SIGSEGV || info.si_status == SIGBUS ||
	       info.si_status == SIGILL || info.si_status == SIGFPE;
}

int op_fork(struct call *call, const struct fork_request *request,
	    struct fork_answer *answer)
{
	pid_t parent = getpid();
	struct object child = { .kind = KIND_CHILD,
				.second_fd = -1,
				.close = child_close };
	int sockets[2];
	int error;

	(void)request;
	if (is_child)
		return refuse(call, "a child of the agent cannot fork");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return errno;

	child.pid = fork();
	if (child.pid == 0) {
		close(sockets[0]);
		be_child(sockets[1], parent);
	}
	error = errno;
	close(sockets[1]);
	if (child.pid < 0) {
		close(sockets[0]);
		return error;
	}
	child.fd = sockets[0];
	error = wait_until_ready(child.fd);
	if (error) {
		child_end(&child);
		close(child.fd);
		return error;
	}
	answer->child = handle_add(child);
	answer->pid = child.pid;
	if ((answer->child & 0xffffffff) > MAXIMUM_PROCESS) {
		handle_close(answer->child);
		return refuse(call, "too many handles before this fork");
	}
	return 0;
}

int op_child_kill(struct call *call, const struct child_kill_request *request,
		  struct child_kill_answer *answer)
{
	struct object *child =
		handle_need(call, request->child, MASK(KIND_CHILD));

	(void)answer;
	if (!child)
		return REFUSED;
	return kill(child->pid, request->signal) ? errno : 0;
}

int op_child_wait(struct call *call, const struct child_wait_request *request,
		  struct child_wait_answer *answer)
{
	const struct timespec nap = { .tv_nsec = 500000 };
	struct object *child =
		handle_need(call, request->child, MASK(KIND_CHILD));
	__u64 end = now() + request->timeout * 1000000;
	pid_t pid;
	int status;

	if (!child)
		return REFUSED;
	while ((pid = waitpid(child->pid, &status, WNOHANG)) == 0) {
		if (now() > end)
			return ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	if (pid < 0)
		return errno;

	answer->exited = WIFEXITED(status);
	answer->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	answer->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	child->pid = 0;
	return handle_close(request->child);
}
