/* SPDX-License-Identifier: MIT */
/* The dropbears of the guest, one for each ssh session. */
#ifndef GMEMTEST_SERVERS_H
#define GMEMTEST_SERVERS_H

#include <signal.h>

/* Reads the key of the host. Dropbears run with this signal mask. */
void init_servers(const sigset_t *mask);

/*
 * Gets a server ready for the next session, which takes a while; without one, that session starts its own. Needs /proc.
 */
void prepare_server(void);

/* Our end of the socket of the server that was got ready, or of a new one; -1 when there is none. */
int take_server(void);

#endif
