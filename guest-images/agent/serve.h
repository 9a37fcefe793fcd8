/* SPDX-License-Identifier: MIT */
/* The loop that every process of the agent runs. */
#ifndef GMEMTEST_SERVE_H
#define GMEMTEST_SERVE_H

#include "channel.h"

/* Returns the exit code of the process. */
int serve(int in, int out);

/*
 * Performs a request in the process that its header names.  There must be room
 * for a byte behind the request, and for a frame of the largest size at the
 * answer.
 */
void dispatch(struct frame_header *request, struct frame_header *answer);

#endif /* GMEMTEST_SERVE_H */
