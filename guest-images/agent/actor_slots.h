/* SPDX-License-Identifier: MIT */
/* A thread of a race that binds a range to a memslot and deletes the memslot. */
#ifndef GMEMTEST_ACTOR_SLOTS_H
#define GMEMTEST_ACTOR_SLOTS_H

#include "actor.h"

void actor_bind(struct actor *actor);

#endif /* GMEMTEST_ACTOR_SLOTS_H */
