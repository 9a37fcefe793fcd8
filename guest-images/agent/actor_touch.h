/* SPDX-License-Identifier: MIT */
/* Accesses to single words, of which a fault is counted. */
#ifndef GMEMTEST_ACTOR_TOUCH_H
#define GMEMTEST_ACTOR_TOUCH_H

#include "actor.h"

/* A page of the actor, and the word in it. */
struct host_page {
	volatile __u64 *memory;
	volatile __u64 word;
};

__u64 actor_pages(const struct actor *actor);
bool actor_read_word(struct actor *actor, struct host_page *page);
bool actor_write_word(struct actor *actor, struct host_page *page);
/* Reads the first word of each page of the actor at this address. */
void actor_read_pages(struct actor *actor, unsigned char *memory);

#endif /* GMEMTEST_ACTOR_TOUCH_H */
