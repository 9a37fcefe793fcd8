// SPDX-License-Identifier: MIT
/* What each page of a mapping looks like, and which frame is behind it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"
#include "handles.h"
#include "page.h"
#include "pattern.h"
#include "scan.h"

#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_PFN ((1ULL << 55) - 1)

struct look {
	const volatile __u64 *page;
	volatile __u64 tag;
	volatile __u64 mixed;
};

int run_add(struct call *call, __u64 page, enum wire_look look, __u32 tag)
{
	struct page_run *run = (struct page_run *)(call->out + call->out_size);

	if (call->out_size > 0 && run[-1].look == look && run[-1].tag == tag &&
	    run[-1].first + run[-1].count == page) {
		run[-1].count++;
		return 0;
	}
	if (call->out_size + sizeof(*run) > call->out_room)
		return refuse(call, "the runs do not fit into an answer");
	*run = (struct page_run){ page, 1, look, tag };
	call->out_size += sizeof(*run);
	return 0;
}

static void look_work(void *context)
{
	struct look *look = context;
	__u64 mixed;

	look->tag = page_look(look->page, &mixed);
	look->mixed = mixed;
}

int host_scan(struct call *call, const unsigned char *memory, __u64 first,
	      __u64 pages)
{
	struct guard_hit hit;
	struct look look;
	enum wire_look kind;
	__u64 i;

	for (i = 0; i < pages; i++) {
		look.page = (const __u64 *)(memory + i * PAGE_SIZE);
		if (guarded(look_work, &look, &hit))
			kind = look.mixed ? LOOK_MIXED : LOOK_TAG;
		else
			kind = hit.signal == SIGBUS ? LOOK_SIGBUS :
						      LOOK_SIGSEGV;
		if (run_add(call, first + i, kind,
			    kind == LOOK_TAG ? look.tag : 0))
			return REFUSED;
	}
	return 0;
}

int op_host_scan(struct call *call, const struct host_scan_request *request,
		 struct host_scan_answer *answer)
{
	unsigned char *memory = handle_range(call, request->mapping,
					     request->offset, request->size);
	int error;

	if (!memory)
		return REFUSED;
	if (request->offset % PAGE_SIZE || request->size % PAGE_SIZE)
		return refuse(call, "the range is not whole pages");
	error = host_scan(call, memory, 0, request->size / PAGE_SIZE);
	answer->runs = call->out_size / sizeof(struct page_run);
	return error;
}

/* Reads a word of a file that is an array of words: /proc/kpageflags. */
static int read_word(int fd, __u64 index, __u64 *word)
{
	ssize_t size = pread(fd, word, sizeof(*word), index * sizeof(*word));

	if (size < 0)
		return errno;
	return size == sizeof(*word) ? 0 : EIO;
}

static int read_entries(const unsigned char *memory, __u64 pages,
			struct page_entry *entries, const int *fds)
{
	__u64 first = (__u64)memory / PAGE_SIZE, pfn, i;
	int error = 0;

	for (i = 0; i < pages && !error; i++) {
		error = read_word(fds[0], first + i, &entries[i].pagemap);
		pfn = entries[i].pagemap & PAGEMAP_PFN;
		if (error || !(entries[i].pagemap & PAGEMAP_PRESENT) || !pfn)
			continue;
		error = read_word(fds[1], pfn, &entries[i].flags);
		if (!error)
			error = read_word(fds[2], pfn, &entries[i].map_count);
	}
	return error;
}

int op_pagemap(struct call *call, const struct pagemap_request *request,
	       struct pagemap_answer *answer)
{
	static const char *const paths[] = { "/proc/self/pagemap",
					     "/proc/kpageflags",
					     "/proc/kpagecount" };
	struct page_entry *entries = (struct page_entry *)call->out;
	size_t size = request->pages * sizeof(*entries);
	int fds[3] = { -1, -1, -1 };
	unsigned char *memory;
	int error = 0, i;

	if (request->pages > call->out_room / sizeof(*entries))
		return refuse(call, "%llu pages do not fit into an answer",
			      request->pages);
	memory = handle_range(call, request->mapping, request->offset,
			      request->pages * PAGE_SIZE);
	if (!memory)
		return REFUSED;

	memset(entries, 0, size);
	for (i = 0; i < 3 && !error; i++) {
		fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			error = errno;
	}
	if (!error)
		error = read_entries(memory, request->pages, entries, fds);
	for (i = 0; i < 3; i++) {
		if (fds[i] >= 0 && close(fds[i]) && !error)
			error = errno;
	}
	if (error)
		return error;
	answer->pages = request->pages;
	call->out_size = size;
	return 0;
}
