/* SPDX-License-Identifier: MIT */
/* Signals that arrive while an operation is under way. */
#ifndef GMEMTEST_SIGNALS_H
#define GMEMTEST_SIGNALS_H

#include <signal.h>

/* The signal for threads: its handler counts and does nothing else. */
#define INTERRUPTING_SIGNAL SIGUSR2

/* Handles the signal; the flags are those of sigaction(). */
int signals_handle(int flags);
/* Brackets around each operation: the signals that it was promised arrive. */
void signals_begin(void);
void signals_end(void);

#endif /* GMEMTEST_SIGNALS_H */
