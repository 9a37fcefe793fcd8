/* SPDX-License-Identifier: MIT */
/* The loop that every process of the agent runs. */
#ifndef GMEMTEST_SERVE_H
#define GMEMTEST_SERVE_H

#include <stdbool.h>

/* Returns the exit code of the process. */
int serve(int in, int out, bool child);

#endif /* GMEMTEST_SERVE_H */
