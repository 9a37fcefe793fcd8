// SPDX-License-Identifier: MIT
/* Many files in one request: counters are read after each scenario. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "handles.h"

/* The answer has at most this much of one file. */
#define MAXIMUM_TEXT 65536UL

/* Each entry of the request begins with these, then the path, then the text. */
struct entry {
	__u32 path_size;
	/* 0: the file is read. */
	__u32 text_size;
};

/* Each entry of the answer begins with these; the text of the file follows. */
struct result {
	__u32 error;
	__u32 size;
};

_Static_assert(sizeof(struct entry) == 8, "entry");
_Static_assert(sizeof(struct result) == 8, "result");

static int read_text(const char *path, unsigned char *out, __u32 *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t got = 1;

	if (fd < 0)
		return errno;
	while (!error && got > 0 && *size < MAXIMUM_TEXT) {
		got = read(fd, out + *size, MAXIMUM_TEXT - *size);
		if (got < 0)
			error = errno;
		else
			*size += got;
	}
	if (close(fd) && !error)
		error = errno;
	if (error)
		*size = 0;
	return error;
}

static int one_file(struct call *call, const struct entry *entry,
		    const unsigned char *path_and_text)
{
	char path[PATH_MAX];
	struct result result = { 0 };
	unsigned char *out = call->out + call->out_size;

	if (entry->path_size == 0 || entry->path_size >= sizeof(path) ||
	    memchr(path_and_text, 0, entry->path_size))
		return refuse(call,
			      "a path is missing, too long or has a zero byte");
	if (call->out_room - call->out_size < sizeof(result) + MAXIMUM_TEXT)
		return refuse(call, "the files do not fit into an answer");
	memcpy(path, path_and_text, entry->path_size);
	path[entry->path_size] = 0;
	if (entry->text_size)
		result.error = file_write_text(path,
					       path_and_text + entry->path_size,
					       entry->text_size);
	else
		result.error =
			read_text(path, out + sizeof(result), &result.size);
	memcpy(out, &result, sizeof(result));
	call->out_size += sizeof(result) + result.size;
	return 0;
}

int op_file_batch(struct call *call, const struct file_batch_request *request,
		  struct file_batch_answer *answer)
{
	size_t at = 0, left;
	struct entry entry;

	for (answer->files = 0; answer->files < request->files;
	     answer->files++) {
		left = call->tail_size - at;
		if (left < sizeof(entry))
			return refuse(call, "the batch ends within an entry");
		memcpy(&entry, call->tail + at, sizeof(entry));
		left -= sizeof(entry);
		if (entry.path_size > left ||
		    entry.text_size > left - entry.path_size)
			return refuse(call, "the batch ends within an entry");
		at += sizeof(entry);
		if (one_file(call, &entry, call->tail + at))
			return REFUSED;
		at += entry.path_size + entry.text_size;
	}
	return 0;
}

/* Control groups are made and removed as directories. */
int op_directory(struct call *call, const struct directory_request *request,
		 struct directory_answer *answer)
{
	const char *path = tail_text(call, call->tail_size);

	(void)answer;
	if (!path)
		return REFUSED;
	if (request->call >= DIRECTORY_COUNT)
		return refuse(call, "no call has this number");
	if (request->call == DIRECTORY_REMOVE)
		return rmdir(path) ? errno : 0;
	return mkdir(path, 0755) ? errno : 0;
}
