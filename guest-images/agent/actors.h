/* SPDX-License-Identifier: MIT */
/* Races: threads that start together, stop together and report. */
#ifndef GMEMTEST_ACTORS_H
#define GMEMTEST_ACTORS_H

#include <stddef.h>
#include <sys/types.h>

/* Ends the race; returns how many actors there were. */
size_t actors_reset(void);
void actors_after_fork(void);
/* The thread of an actor: 0 before it runs, -1 behind the last actor. */
pid_t actors_thread(size_t index);

#endif /* GMEMTEST_ACTORS_H */
