/* SPDX-License-Identifier: MIT */
/* What the threads of a race do in one round. */
#ifndef GMEMTEST_ACTOR_WORK_H
#define GMEMTEST_ACTOR_WORK_H

#include "actor.h"

/* One round of the actor's work. */
void actor_work(struct actor *actor);

#endif /* GMEMTEST_ACTOR_WORK_H */
