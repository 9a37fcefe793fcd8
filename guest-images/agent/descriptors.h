/* SPDX-License-Identifier: MIT */
/* The descriptors that the agent itself keeps open, for all scenarios. */
#ifndef GMEMTEST_DESCRIPTORS_H
#define GMEMTEST_DESCRIPTORS_H

/* Leaves the descriptor out of the count; it stays open from now on. */
void descriptor_keep(int fd);

#endif /* GMEMTEST_DESCRIPTORS_H */
