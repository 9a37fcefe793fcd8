/* SPDX-License-Identifier: MIT */
/*
 * The ssh sessions of the guest.
 *
 * Ssh does not come over a network. Each virtio-serial port of a certain name leads to one socket of the harness; what
 * comes in there is relayed to a dropbear in inetd mode, which needs a real socket. A port serves one session: when
 * its dropbear ends, the port is closed, and QEMU reports that to the harness.
 */
#ifndef GMEMTEST_SESSIONS_H
#define GMEMTEST_SESSIONS_H

#include <poll.h>
#include <signal.h>

#define MAX_SESSIONS 8
/* Each session has two ends. */
#define SESSION_FDS (2 * MAX_SESSIONS)

/*
 * Opens the ports of the harness and starts the dropbear of the first one, which is then loaded and waiting by the time
 * that the harness has something to say. Dropbears run with this signal mask. Needs /dev and /sys; without ports it
 * powers off.
 */
void open_sessions(const sigset_t *mask);

/* Fills SESSION_FDS descriptors with what the sessions wait for. */
void prepare_sessions(struct pollfd *fds);

/* Does what poll() found to do. */
void serve_sessions(const struct pollfd *fds);

#endif
