/* SPDX-License-Identifier: MIT */
/* Races: threads that start together, stop together and report. */
#ifndef GMEMTEST_ACTORS_H
#define GMEMTEST_ACTORS_H

#include <stddef.h>

/* Ends the race; returns how many actors there were. */
size_t actors_reset(void);
void actors_after_fork(void);

#endif /* GMEMTEST_ACTORS_H */
