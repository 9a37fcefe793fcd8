// SPDX-License-Identifier: MIT
/* Calls on a file that is no usual one: the kernel has to refuse most of them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

static char attempt_buffer[PAGE];

static int attempt_end(long done)
{
	return done < 0 ? errno : 0;
}

/* The buffer is used up to its size; the kernel refuses earlier. */
static unsigned long attempt_size(unsigned long size)
{
	return size < PAGE ? size : PAGE;
}

static int try_read(int fd, unsigned long size)
{
	return attempt_end(read(fd, attempt_buffer, attempt_size(size)));
}

static int try_write(int fd, unsigned long size)
{
	return attempt_end(write(fd, attempt_buffer, attempt_size(size)));
}

static int try_pread(int fd, unsigned long size, long offset)
{
	return attempt_end(
		pread(fd, attempt_buffer, attempt_size(size), offset));
}

static int try_pwrite(int fd, unsigned long size, long offset)
{
	return attempt_end(
		pwrite(fd, attempt_buffer, attempt_size(size), offset));
}

static int try_truncate(int fd, long size)
{
	return attempt_end(ftruncate(fd, size));
}

static int try_chmod(int fd, int mode)
{
	return attempt_end(fchmod(fd, mode));
}

static int try_sync(int fd)
{
	return attempt_end(fsync(fd));
}

static int try_readahead(int fd, long offset, unsigned long size)
{
	return attempt_end(readahead(fd, offset, size));
}

static int try_drop_cache(int fd, long offset, long size)
{
	return posix_fadvise(fd, offset, size, POSIX_FADV_DONTNEED);
}

static int try_reopen(int fd, int flags)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags | O_CLOEXEC);
	return again < 0 || close(again) ? errno : 0;
}

/* Not every file can be read at an offset, but each has a position. */
static int try_splice(int fd, unsigned long size, long offset)
{
	int pipe[2], error;

	if (pipe2(pipe, O_CLOEXEC))
		return errno;
	error = attempt_end(splice(fd, offset ? &offset : NULL, pipe[1], NULL,
				   attempt_size(size), 0));
	close(pipe[0]);
	close(pipe[1]);
	return error;
}

static int try_sendfile(int fd, unsigned long size, long offset)
{
	int to = memfd_create("reproducer", MFD_CLOEXEC);
	int error = attempt_end(
		sendfile(to, fd, offset ? &offset : NULL, attempt_size(size)));

	close(to);
	return error;
}

static int try_copy_file_range(int fd, unsigned long size, long offset)
{
	int to = memfd_create("reproducer", MFD_CLOEXEC);
	int error = attempt_end(copy_file_range(fd, offset ? &offset : NULL, to,
						NULL, attempt_size(size), 0));

	close(to);
	return error;
}
