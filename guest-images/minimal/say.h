/* SPDX-License-Identifier: MIT */
/* Messages of process 1 on the console. */
#ifndef GMEMTEST_SAY_H
#define GMEMTEST_SAY_H

/* Prints one line, which is passed without its newline. */
void __attribute__((format(printf, 1, 2))) say(const char *format, ...);

/* Reports the failed action and its reason (errno), then powers off. */
void __attribute__((noreturn)) give_up(const char *what);

#endif
