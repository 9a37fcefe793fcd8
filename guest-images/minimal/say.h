/* SPDX-License-Identifier: MIT */
/* How process 1 says something on the console. */
#ifndef GMEMTEST_SAY_H
#define GMEMTEST_SAY_H

/* One line, without its newline. */
void __attribute__((format(printf, 1, 2))) say(const char *format, ...);

/* Says what failed and why (errno), then powers off. */
void __attribute__((noreturn)) give_up(const char *what);

#endif
