/* SPDX-License-Identifier: MIT */
/* References to pages that outlive their mapping. */
#ifndef GMEMTEST_PIN_H
#define GMEMTEST_PIN_H

#include <stddef.h>

/* Puts the pages into a pipe, which pins them; returns an errno. */
int pin_vmsplice(unsigned char *start, size_t size, int *pipe_fds);

#endif /* GMEMTEST_PIN_H */
