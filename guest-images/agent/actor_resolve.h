/* SPDX-License-Identifier: MIT */
/* Finds the objects that the request for a thread of a race names. */
#ifndef GMEMTEST_ACTOR_RESOLVE_H
#define GMEMTEST_ACTOR_RESOLVE_H

#include "actor.h"
#include "call.h"

/* Fills in the objects of the actor; returns an error number, or REFUSED. */
int actor_resolve(struct call *call, struct actor *actor);

#endif /* GMEMTEST_ACTOR_RESOLVE_H */
