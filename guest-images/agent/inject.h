/* SPDX-License-Identifier: MIT */
/* Brackets around the system calls under test: fail_nth acts between them. */
#ifndef GMEMTEST_INJECT_H
#define GMEMTEST_INJECT_H

void inject_begin(void);
/* Keeps errno, which belongs to the call under test. */
void inject_end(void);
/* An ioctl between both. */
int do_ioctl(int fd, unsigned long request, void *argument);

#endif /* GMEMTEST_INJECT_H */
