/* SPDX-License-Identifier: MIT */
/* What the threads of a race do to files. */
#ifndef GMEMTEST_ACTOR_FILES_H
#define GMEMTEST_ACTOR_FILES_H

#include "actor.h"

/* Counts an operation by its error number; 0 is a success. */
void actor_note(struct actor *actor, int error);
void actor_punch(struct actor *actor);
void actor_allocate(struct actor *actor);
void actor_reallocate(struct actor *actor);
void actor_read_file(struct actor *actor);
void actor_write_file(struct actor *actor);

#endif /* GMEMTEST_ACTOR_FILES_H */
