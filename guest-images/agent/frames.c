// SPDX-License-Identifier: MIT
/* Page frames: where the pages of a mapping are, and flags of frames. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "handles.h"
#include "page.h"

#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_PFN ((1ULL << 55) - 1)
#define CHUNK 4096

/* Reads words of a file that is an array of words; fewer at its end. */
static int read_words(int fd, __u64 first, __u64 count, __u64 *words,
		      __u64 *got)
{
	ssize_t size = pread(fd, words, count * sizeof(*words),
			     first * sizeof(*words));

	if (size < 0)
		return errno;
	*got = size / sizeof(*words);
	return 0;
}

/* Lengthens the last run of the answer or begins another one; 0: not mapped. */
static int add_frame(struct call *call, __u64 page, __u64 pfn)
{
	struct frame_run *run =
		(struct frame_run *)(call->out + call->out_size);
	__u64 next;

	if (call->out_size > 0) {
		next = run[-1].pfn ? run[-1].pfn + run[-1].count : 0;
		if (pfn == next) {
			run[-1].count++;
			return 0;
		}
	}
	if (call->out_size + sizeof(*run) > call->out_room)
		return refuse(call, "the runs do not fit into an answer");
	*run = (struct frame_run){ page, 1, pfn };
	call->out_size += sizeof(*run);
	return 0;
}

static int add_frames(struct call *call, int fd, __u64 start, __u64 pages)
{
	__u64 words[CHUNK], page, part, got = 0, i, pfn;
	int error;

	for (page = 0; page < pages; page += part) {
		part = pages - page < CHUNK ? pages - page : CHUNK;
		error = read_words(fd, start + page, part, words, &got);
		if (!error && got != part)
			error = EIO;
		if (error)
			return error;
		for (i = 0; i < part; i++) {
			pfn = words[i] & PAGEMAP_PRESENT ?
				      words[i] & PAGEMAP_PFN :
				      0;
			if (add_frame(call, page + i, pfn))
				return REFUSED;
		}
	}
	return 0;
}

int op_frame_runs(struct call *call, const struct frame_runs_request *request,
		  struct frame_runs_answer *answer)
{
	unsigned char *memory = handle_range(call, request->mapping,
					     request->offset, request->size);
	int fd, error;

	if (!memory)
		return REFUSED;
	if (request->offset % PAGE_SIZE || request->size % PAGE_SIZE)
		return refuse(call, "the range is not whole pages");
	fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	error = add_frames(call, fd, (__u64)memory / PAGE_SIZE,
			   request->size / PAGE_SIZE);
	if (close(fd) && !error)
		error = errno;
	answer->runs = call->out_size / sizeof(struct frame_run);
	return error;
}

/* The end of memory is the end of the file. */
int op_frame_flags(struct call *call, const struct frame_flags_request *request,
		   struct frame_flags_answer *answer)
{
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	__u64 words[CHUNK], left = request->frames, part, got = 1, i;
	int error = fd < 0 ? errno : 0;

	(void)call;
	while (!error && left > 0 && got > 0) {
		part = left < CHUNK ? left : CHUNK;
		error = read_words(fd, request->pfn + answer->frames, part,
				   words, &got);
		for (i = 0; !error && i < got; i++)
			answer->matching += (words[i] & request->mask) ==
					    request->value;
		if (error)
			break;
		answer->frames += got;
		left -= got;
	}
	if (fd >= 0 && close(fd) && !error)
		error = errno;
	return error;
}
