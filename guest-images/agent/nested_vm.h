/* SPDX-License-Identifier: MIT */
/* Nested VMs, their vCPUs and their memslots. */
#ifndef GMEMTEST_NESTED_VM_H
#define GMEMTEST_NESTED_VM_H

#include "call.h"
#include "vcpu.h"

/* A vCPU that no race uses; refuses the call and returns NULL if none. */
struct vcpu *vcpu_need(struct call *call, __u64 handle);

#endif /* GMEMTEST_NESTED_VM_H */
