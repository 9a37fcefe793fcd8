/* SPDX-License-Identifier: MIT */
/* KVM_RUN with a deadline. */
#ifndef GMEMTEST_RUN_H
#define GMEMTEST_RUN_H

#include "guest_code.h"
#include "vcpu.h"

/* How a run of a vCPU ended; the start of the answer to every guest access. */
struct guest_end {
	__u64 outcome;
	__u64 exit_reason;
	__u64 fault_gpa;
	__u64 fault_size;
	__u64 fault_flags;
	__u64 bytes;
};

struct mailbox *vcpu_mailbox(const struct vcpu *vcpu);
/*
 * Lets the guest do the task in the mailbox.  Returns the errno of KVM_RUN; the
 * deadline is in nanoseconds of now().
 */
int vcpu_run(struct vcpu *vcpu, __u64 deadline, struct guest_end *end);

#endif /* GMEMTEST_RUN_H */
