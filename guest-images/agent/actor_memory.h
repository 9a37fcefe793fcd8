/* SPDX-License-Identifier: MIT */
/* What the threads of a race do to memslots, mappings and address spaces. */
#ifndef GMEMTEST_ACTOR_MEMORY_H
#define GMEMTEST_ACTOR_MEMORY_H

#include "actor.h"

/* Binds the range to a memslot, and deletes the memslot. */
void actor_bind(struct actor *actor);
/* Maps the range, reads it and unmaps it. */
void actor_map(struct actor *actor);
/* Forks a child that reads the range and ends. */
void actor_fork(struct actor *actor);

#endif /* GMEMTEST_ACTOR_MEMORY_H */
