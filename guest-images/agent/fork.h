/* SPDX-License-Identifier: MIT */
/* Children of the agent, as the loop that serves them sees them. */
#ifndef GMEMTEST_FORK_H
#define GMEMTEST_FORK_H

#include <stdbool.h>

struct object;

/* Whether this process is a child of the agent. */
bool in_child(void);

/*
 * Whether the kernel ended a child, which has closed its channel, because of an
 * access or an instruction.  Does not wait for the child in the sense of wait().
 */
bool child_crashed(const struct object *child);

#endif /* GMEMTEST_FORK_H */
