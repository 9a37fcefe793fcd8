// SPDX-License-Identifier: MIT
/* Files: those of procfs and sysfs, and calls that a guest_memfd refuses. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "handles.h"
#include "inject.h"
#include "page.h"

int op_fallocate(struct call *call, const struct fallocate_request *request,
		 struct fallocate_answer *answer)
{
	struct object *file = handle_need(call, request->file,
					  MASK(KIND_GMEM) | MASK(KIND_FILE));
	int error;

	(void)answer;
	if (!file)
		return REFUSED;
	inject_begin();
	error = fallocate(file->fd, request->mode, request->offset,
			  request->length) ?
			errno :
			0;
	inject_end();
	return error;
}

int op_fstat(struct call *call, const struct fstat_request *request,
	     struct fstat_answer *answer)
{
	struct object *file = handle_need(call, request->file, DESCRIPTORS);
	struct stat status;

	if (!file)
		return REFUSED;
	if (fstat(file->fd, &status))
		return errno;
	answer->size = status.st_size;
	answer->blocks = status.st_blocks;
	answer->block_size = status.st_blksize;
	answer->inode = status.st_ino;
	answer->mode = status.st_mode;
	answer->links = status.st_nlink;
	return 0;
}

/* Lets the kernel move data from the file without a buffer of the agent. */
static ssize_t move(int fd, const struct file_attempt_request *request,
		    size_t size)
{
	const bool splices = request->call == CALL_SPLICE;
	loff_t offset = request->offset, to = 0;
	/* Not every file can be read at an offset, but each has a position. */
	loff_t *from = offset ? &offset : NULL;
	int fds[2] = { -1, -1 };
	ssize_t result = -1;
	int error;

	if (splices)
		error = pipe2(fds, O_CLOEXEC) ? errno : 0;
	else
		error = (fds[0] = memfd_create("gmemtest", MFD_CLOEXEC)) < 0 ?
				errno :
				0;
	if (!error) {
		if (splices)
			result = splice(fd, from, fds[1], NULL, size, 0);
		else if (request->call == CALL_SENDFILE)
			result = sendfile(fds[0], fd, from, size);
		else
			result =
				copy_file_range(fd, from, fds[0], &to, size, 0);
		error = result < 0 ? errno : 0;
	}
	/* They hold no data that an error could lose. */
	(void)close(fds[0]);
	(void)close(fds[1]);
	errno = error;
	return result;
}

/* The error number itself is the result of posix_fadvise(). */
static ssize_t advise_file(int fd, const struct file_attempt_request *request)
{
	errno = posix_fadvise(fd, request->offset, request->value,
			      POSIX_FADV_DONTNEED);
	return errno ? -1 : 0;
}

/* Opens the file another time, by its name in procfs. */
static ssize_t reopen(int fd, const struct file_attempt_request *request)
{
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(fd)];
	int again;

	if (snprintf(path, sizeof(path), "/proc/self/fd/%d", fd) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	again = open(path, (int)request->value | O_CLOEXEC);
	if (again < 0)
		return -1;
	return close(again);
}

/* The agent's buffer is used up to its size; the kernel refuses earlier. */
static ssize_t attempt(int fd, const struct file_attempt_request *request)
{
	static char buffer[PAGE_SIZE];
	size_t size = request->value < sizeof(buffer) ? request->value :
							sizeof(buffer);

	switch (request->call) {
	case CALL_READ:
		return read(fd, buffer, size);
	case CALL_WRITE:
		return write(fd, buffer, size);
	case CALL_PREAD:
		return pread(fd, buffer, size, request->offset);
	case CALL_PWRITE:
		return pwrite(fd, buffer, size, request->offset);
	case CALL_FTRUNCATE:
		return ftruncate(fd, request->value);
	case CALL_FCHMOD:
		return fchmod(fd, request->value);
	case CALL_FSYNC:
		return fsync(fd);
	case CALL_SPLICE:
	case CALL_SENDFILE:
	case CALL_COPY_FILE_RANGE:
		return move(fd, request, size);
	case CALL_READAHEAD:
		return readahead(fd, request->offset, request->value);
	case CALL_DROP_CACHE:
		return advise_file(fd, request);
	case CALL_REOPEN:
		return reopen(fd, request);
	}
	errno = ENOSYS;
	return -1;
}

int op_file_attempt(struct call *call,
		    const struct file_attempt_request *request,
		    struct file_attempt_answer *answer)
{
	struct object *file = handle_need(call, request->file, DESCRIPTORS);
	ssize_t result;

	if (!file)
		return REFUSED;
	if (request->call >= CALL_COUNT)
		return refuse(call, "no call has this number");
	result = attempt(file->fd, request);
	answer->result = result;
	return result < 0 ? errno : 0;
}

int op_open(struct call *call, const struct open_request *request,
	    struct open_answer *answer)
{
	const char *path = tail_text(call, call->tail_size);
	struct object file = { .kind = KIND_FILE, .second_fd = -1 };

	if (!path)
		return REFUSED;
	file.fd = open(path, request->flags | O_CLOEXEC, request->mode);
	if (file.fd < 0)
		return errno;
	answer->file = handle_add(file);
	return 0;
}

int op_memfd_create(struct call *call,
		    const struct memfd_create_request *request,
		    struct memfd_create_answer *answer)
{
	struct object file = { .kind = KIND_FILE, .second_fd = -1 };
	int error;

	(void)call;
	file.fd = memfd_create("gmemtest", request->flags | MFD_CLOEXEC);
	if (file.fd < 0)
		return errno;
	if (ftruncate(file.fd, request->size)) {
		error = errno;
		(void)close(file.fd);
		return error;
	}
	answer->file = handle_add(file);
	return 0;
}

/* Reads up to size bytes; procfs gives out less than asked for at a time. */
static int read_up_to(int fd, struct call *call, __u64 offset, size_t size)
{
	ssize_t got;

	while (call->out_size < size) {
		got = pread(fd, call->out + call->out_size,
			    size - call->out_size, offset + call->out_size);
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		call->out_size += got;
	}
	return 0;
}

int op_read_file(struct call *call, const struct read_file_request *request,
		 struct read_file_answer *answer)
{
	const char *path = tail_text(call, call->tail_size);
	int fd, error;

	(void)answer;
	if (!path)
		return REFUSED;
	if (request->size > call->out_room)
		return refuse(call, "%#llx bytes do not fit into an answer",
			      request->size);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	error = read_up_to(fd, call, request->offset, request->size);
	if (close(fd) && !error)
		error = errno;
	return error;
}

int file_write_text(const char *path, const unsigned char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;
	ssize_t written;

	if (fd < 0)
		return errno;
	written = write(fd, text, size);
	if (written < 0)
		error = errno;
	else if ((size_t)written < size)
		error = EIO;
	if (close(fd) && !error)
		error = errno;
	return error;
}

int op_write_file(struct call *call, const struct write_file_request *request,
		  struct write_file_answer *answer)
{
	char path[4096];
	size_t length = request->path_length;

	(void)answer;
	if (!tail_text(call, length))
		return REFUSED;
	if (length >= sizeof(path))
		return ENAMETOOLONG;
	memcpy(path, call->tail, length);
	path[length] = 0;
	return file_write_text(path, call->tail + length,
			       call->tail_size - length);
}
