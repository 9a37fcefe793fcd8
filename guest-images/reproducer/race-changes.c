// SPDX-License-Identifier: MIT
/* What a thread of a race does in one turn: changes of files, slots and mappings. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static void race_pin(struct actor *actor)
{
	struct pin pin = { { -1, -1 } };
	int error = pin_by_pipe(actor->memory, actor->size, &pin);

	if (pin.fds[0] >= 0)
		unpin(&pin);
	/* The host cannot read such a page either. */
	if (error == EFAULT)
		actor->faults++;
	else
		note(actor, error);
}

static void race_punch(struct actor *actor)
{
	note(actor,
	     allocate(actor->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      actor->offset, actor->size));
}

static void race_allocate(struct actor *actor)
{
	int error;

	/* A signal may end an allocation: then there is more to do. */
	do
		error = allocate(actor->fd, FALLOC_FL_KEEP_SIZE, actor->offset,
				 actor->size);
	while (error == EINTR);
	note(actor, error);
}

static void race_reallocate(struct actor *actor)
{
	race_punch(actor);
	race_allocate(actor);
}

static void race_bind(struct actor *actor)
{
	int error = set_memslot(actor->vm, actor->slot, MEM_GUEST_MEMFD,
				actor->gpa, actor->size, actor->memory,
				actor->fd, actor->offset);

	note(actor, error);
	if (!error)
		note(actor,
		     set_memslot(actor->vm, actor->slot, 0, 0, 0, NULL, -1, 0));
}

static void read_pages(struct actor *actor, const unsigned char *memory)
{
	unsigned long page;
	__u64 word;

	for (page = 0; page < actor->size / PAGE; page++)
		read_word(actor, memory + page * PAGE, &word);
}

static void race_map(struct actor *actor)
{
	void *memory = mmap(NULL, actor->size, PROT_READ | PROT_WRITE,
			    MAP_SHARED, actor->fd, actor->offset);

	if (memory == MAP_FAILED) {
		note(actor, errno);
		return;
	}
	read_pages(actor, memory);
	note(actor, munmap(memory, actor->size) ? errno : 0);
}

static void race_fork(struct actor *actor)
{
	pid_t pid = fork(), waited;
	int status = 0;

	if (pid == 0) {
		read_pages(actor, actor->memory);
		_exit(0);
	}
	do
		waited = waitpid(pid, &status, 0);
	while (pid > 0 && waited < 0 && errno == EINTR);
	note(actor, pid < 0 || waited < 0 ? errno : status ? ECHILD : 0);
}

static void race_read_file(struct actor *actor)
{
	int fd = open(actor->path, O_RDONLY | O_CLOEXEC);
	unsigned long done = 0;
	char bytes[4096];
	ssize_t got = fd < 0 ? -1 : 1;

	while (done < actor->size && got > 0) {
		got = pread(fd, bytes, sizeof(bytes), actor->offset + done);
		done += got > 0 ? got : 0;
	}
	note(actor, got < 0 ? errno : 0);
	close(fd);
}

static void race_write_file(struct actor *actor)
{
	note(actor, write_file(actor->path, actor->text));
}

static void signal_thread(struct actor *actor, pid_t tid)
{
	if (tid == 0 || tid == gettid())
		return;
	if (!syscall(SYS_tgkill, getpid(), tid, SIGUSR1) || errno == ESRCH)
		note(actor, 0);
	else
		note(actor, errno);
}

/* Signals all other threads, and the one that began the race. */
static void race_signal(struct actor *actor)
{
	const struct timespec nap = { actor->value / 1000000000,
				      actor->value % 1000000000 };
	int i;

	handle_interruptions(0);
	for (i = 0; i < actor_count; i++)
		signal_thread(actor, actors[i].tid);
	signal_thread(actor, getpid());
	nanosleep(&nap, NULL);
}
