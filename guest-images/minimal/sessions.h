/* SPDX-License-Identifier: MIT */
/*
 * The ssh sessions of the instance.
 *
 * Ssh uses no network. Each virtio-serial port with a certain name leads to one socket of the harness. Init relays its
 * bytes to a dropbear in inetd mode, which needs a real socket. A port serves one session: when its dropbear ends, the
 * port is closed, and QEMU reports that to the harness.
 */
#ifndef GMEMTEST_SESSIONS_H
#define GMEMTEST_SESSIONS_H

#include <poll.h>
#include <signal.h>

#define MAX_SESSIONS 8
/* Each session has two ends. */
#define SESSION_FDS (2 * MAX_SESSIONS)

/*
 * Opens the ports of the harness and starts the dropbear of the first one, so that it is loaded before the harness sends
 * its first bytes. Dropbears run with this signal mask. Needs /dev and /sys; without ports it powers off.
 */
void open_sessions(const sigset_t *mask);

/* Fills SESSION_FDS descriptors with the events that the sessions wait for. */
void prepare_sessions(struct pollfd *fds);

/* Handles the events that poll() reported. */
void serve_sessions(const struct pollfd *fds);

#endif
