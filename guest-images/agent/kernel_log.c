// SPDX-License-Identifier: MIT
/* The kernel's own log records since the last look. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "descriptors.h"
#include "operations.h"

#define LEVELS 8
/* More than the kernel puts into one record with its dictionary. */
#define RECORD_ROOM 8192

static int log_fd = -1;

/* The first look skips all records: they are older than the agent. */
static int open_log(void)
{
	int fd;

	if (log_fd >= 0)
		return 0;
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		(void)close(fd);
		return errno;
	}
	log_fd = fd;
	descriptor_keep(fd);
	return 0;
}

/*
 * A record is "priority,number,time,flags;text\n", then lines of a dictionary.
 * The priority has the facility above the level: 0 is the kernel, and a text
 * that a process writes to /dev/kmsg has another one.
 */
static int add_record(struct call *call, const char *record, __u64 level)
{
	unsigned long priority = strtoul(record, NULL, 10);
	const char *text = strchr(record, ';'), *end;
	unsigned char *out = call->out + call->out_size;
	size_t size;

	if (!text || priority > level)
		return 0;
	text++;
	end = strchrnul(text, '\n');
	size = end - text;
	if (call->out_room - call->out_size < size + 2)
		return ENOBUFS;
	out[0] = '0' + priority;
	memcpy(out + 1, text, size);
	out[1 + size] = '\n';
	call->out_size += size + 2;
	return 0;
}

int op_kernel_log(struct call *call, const struct kernel_log_request *request,
		  struct kernel_log_answer *answer)
{
	char record[RECORD_ROOM];
	ssize_t got;
	int error;

	if (request->level >= LEVELS)
		return refuse(call, "the kernel log has no level %llu",
			      request->level);
	error = open_log();
	while (!error) {
		got = read(log_fd, record, sizeof(record) - 1);
		if (got < 0 && errno == EAGAIN)
			break;
		/* The kernel overwrote records before this read. */
		if (got < 0 && errno == EPIPE) {
			answer->lost++;
			continue;
		}
		if (got < 0)
			return errno;
		record[got] = 0;
		answer->records++;
		error = add_record(call, record, request->level);
	}
	return error;
}
