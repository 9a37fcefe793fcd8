/* SPDX-License-Identifier: MIT */
/* Accesses by the guest; deadlines are in nanoseconds of now(). */
#ifndef GMEMTEST_GUEST_H
#define GMEMTEST_GUEST_H

#include "call.h"
#include "run.h"

int guest_fill(struct vcpu *vcpu, __u64 gpa, __u64 size,
	       enum wire_pattern pattern, __u64 value, __u64 deadline,
	       struct guest_end *end);
/* Adds runs to the answer, which count pages from `first` on. */
int guest_scan(struct call *call, struct vcpu *vcpu, __u64 gpa, __u64 first,
	       __u64 pages, __u64 deadline, struct guest_end *end);

#endif /* GMEMTEST_GUEST_H */
