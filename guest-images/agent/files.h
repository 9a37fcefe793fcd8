/* SPDX-License-Identifier: MIT */
/* Files of procfs and sysfs. */
#ifndef GMEMTEST_FILES_H
#define GMEMTEST_FILES_H

#include <stddef.h>

/* In one piece: each write to a file of sysfs is a command. */
int file_write_text(const char *path, const unsigned char *text, size_t size);

#endif /* GMEMTEST_FILES_H */
