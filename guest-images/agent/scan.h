/* SPDX-License-Identifier: MIT */
/* Runs of pages that look alike. */
#ifndef GMEMTEST_SCAN_H
#define GMEMTEST_SCAN_H

#include "call.h"
#include "protocol.h"

/* Lengthens the last run of the answer or begins another one. */
int run_add(struct call *call, __u64 page, enum wire_look look, __u32 tag);
/* Looks at pages of this process; the runs count pages from `first` on. */
int host_scan(struct call *call, const unsigned char *memory, __u64 first,
	      __u64 pages);

#endif /* GMEMTEST_SCAN_H */
