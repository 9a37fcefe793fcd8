/* SPDX-License-Identifier: MIT */
/* What the handles in the request for a thread of a race stand for. */
#ifndef GMEMTEST_ACTOR_RESOLVE_H
#define GMEMTEST_ACTOR_RESOLVE_H

#include "actor.h"
#include "call.h"

/* Fills the objects of an actor; the thread uses no handles. */
int actor_resolve(struct call *call, struct actor *actor);

#endif /* GMEMTEST_ACTOR_RESOLVE_H */
