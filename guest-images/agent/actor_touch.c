// SPDX-License-Identifier: MIT
/* Accesses to single words, of which a fault is counted. */
#include "actor_touch.h"
#include "guard.h"
#include "page.h"

static void read_work(void *context)
{
	struct host_page *page = context;

	page->word = *page->memory;
}

static void write_work(void *context)
{
	struct host_page *page = context;

	*page->memory = page->word;
}

static bool touch(struct actor *actor, void (*work)(void *),
		  struct host_page *page)
{
	struct guard_hit hit;

	if (guarded(work, page, &hit))
		return true;
	actor->report.faults++;
	return false;
}

__u64 actor_pages(const struct actor *actor)
{
	return actor->request.size / PAGE_SIZE;
}

bool actor_read_word(struct actor *actor, struct host_page *page)
{
	return touch(actor, read_work, page);
}

bool actor_write_word(struct actor *actor, struct host_page *page)
{
	return touch(actor, write_work, page);
}

void actor_read_pages(struct actor *actor, unsigned char *memory)
{
	struct host_page page;
	__u64 i;

	for (i = 0; i < actor_pages(actor); i++) {
		page.memory = (__u64 *)(memory + i * PAGE_SIZE);
		(void)actor_read_word(actor, &page);
	}
}
