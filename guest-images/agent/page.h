/* SPDX-License-Identifier: MIT */
/* The size of a page. */
#ifndef GMEMTEST_PAGE_H
#define GMEMTEST_PAGE_H

#define PAGE_SIZE 4096UL
#define PAGE_WORDS (PAGE_SIZE / 8)

#endif /* GMEMTEST_PAGE_H */
