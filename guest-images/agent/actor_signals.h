/* SPDX-License-Identifier: MIT */
/* The thread of a race that signals the others. */
#ifndef GMEMTEST_ACTOR_SIGNALS_H
#define GMEMTEST_ACTOR_SIGNALS_H

#include "actor.h"

/* One round: a signal for each thread of the race, and for the main one. */
void actor_signal_others(struct actor *actor);

#endif /* GMEMTEST_ACTOR_SIGNALS_H */
