// SPDX-License-Identifier: MIT
/* Files: guest_memfd as a file, and those of sysfs and procfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int allocate(int fd, int mode, long long offset, long long length)
{
	return fallocate(fd, mode, offset, length) ? errno : 0;
}

static int close_file(int fd)
{
	return close(fd) ? errno : 0;
}

static int duplicate(int fd, int *copy)
{
	*copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *copy < 0 ? errno : 0;
}

static int create_memfd(unsigned int flags, long long size, int *fd)
{
	*fd = memfd_create("reproducer", MFD_CLOEXEC | flags);
	if (*fd < 0)
		return errno;
	return ftruncate(*fd, size) ? errno : 0;
}

static int open_file(const char *path, int flags, int mode, int *fd)
{
	*fd = open(path, flags | O_CLOEXEC, mode);
	return *fd < 0 ? errno : 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int error;

	if (fd < 0)
		return errno;
	done = write(fd, text, strlen(text));
	error = done < 0 ? errno : 0;
	close(fd);
	return error;
}

static int make_directory(const char *path)
{
	return mkdir(path, 0755) ? errno : 0;
}

static int remove_directory(const char *path)
{
	return rmdir(path) ? errno : 0;
}

/* The first number in a file of sysfs; -1 without one. */
static long long number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%lld", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

/* Pages of a pool of huge pages at the start of the program. */
static long long free_before, reserved_before;

static long long pool_number(const char *directory, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s_hugepages", directory, name);
	return number_in(path);
}

static int remember_pool(const char *directory)
{
	free_before = pool_number(directory, "free");
	reserved_before = pool_number(directory, "resv");
	return free_before >= 0;
}

static long long pool_taken(const char *directory)
{
	return free_before - pool_number(directory, "free");
}

static long long pool_reserved(const char *directory)
{
	return pool_number(directory, "resv") - reserved_before;
}

/* Another process may use such a pool as well: then this decides nothing. */
static int expect_change(const char *what, const char *path, long long before,
			 long long wanted)
{
	long long now = number_in(path);

	if (now - before != wanted)
		printf("# %s: %lld before, %lld now, wanted %lld\n", path,
		       before, now, before + wanted);
	return result(now - before == wanted, what);
}

static struct stat file_status;

static int read_status(int fd)
{
	return fstat(fd, &file_status) ? errno : 0;
}

/* Makes the pool of huge pages larger where it has too few free ones. */
static void need_huge_pages(unsigned long kilobytes, long long count)
{
	char path[96], text[24];
	const char *base = "/sys/kernel/mm/hugepages/hugepages-";
	long long free_pages;

	snprintf(path, sizeof(path), "%s%lukB/free_hugepages", base, kilobytes);
	free_pages = number_in(path);
	if (free_pages >= 0 && free_pages < count) {
		snprintf(path, sizeof(path), "%s%lukB/nr_hugepages", base,
			 kilobytes);
		snprintf(text, sizeof(text), "%lld",
			 number_in(path) + count - free_pages);
		write_file(path, text);
		snprintf(path, sizeof(path), "%s%lukB/free_hugepages", base,
			 kilobytes);
		free_pages = number_in(path);
	}
	if (free_pages < count)
		skip("%lld huge pages of %lu kB are not free", count,
		     kilobytes);
}
