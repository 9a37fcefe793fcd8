/* SPDX-License-Identifier: MIT */
/* The dropbears of the instance, one for each ssh session. */
#ifndef GMEMTEST_SERVERS_H
#define GMEMTEST_SERVERS_H

#include <signal.h>

/* Reads the host key. Dropbears run with this signal mask. */
void init_servers(const sigset_t *mask);

/*
 * Prepares a server for the next session, which takes a while; without it, that session starts its own. Needs /proc.
 */
void prepare_server(void);

/* Returns the socket to the prepared server, or to a new one; -1 if there is none. */
int take_server(void);

#endif
