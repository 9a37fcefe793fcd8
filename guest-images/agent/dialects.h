/* SPDX-License-Identifier: MIT */
/* Conversions, in every dialect. */
#ifndef GMEMTEST_DIALECTS_H
#define GMEMTEST_DIALECTS_H

#include "call.h"
#include "handles.h"

/*
 * The object that this dialect converts on; refuses the call and returns NULL
 * if the dialect, the state or the handle is wrong.
 */
struct object *dialect_target(struct call *call, __u64 handle, __u64 dialect,
			      __u64 to);
/* One conversion, in a dialect that dialect_target() took.  Returns an errno. */
int dialect_convert(__u64 dialect, int fd, __u64 to, __u64 offset, __u64 size,
		    __u64 *error_offset);

#endif /* GMEMTEST_DIALECTS_H */
