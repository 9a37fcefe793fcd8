/* SPDX-License-Identifier: MIT */
/* Brings a vCPU into 64-bit mode, in which every address means itself. */
#ifndef GMEMTEST_REGISTERS_H
#define GMEMTEST_REGISTERS_H

#include "vcpu.h"

int vcpu_set_up(int kvm, struct vcpu *vcpu);
/* Puts the vCPU at the start of its code, with an empty stack. */
int vcpu_rewind(struct vcpu *vcpu);
/* Writes page tables and the guest's code. */
void area_fill(unsigned char *area);

#endif /* GMEMTEST_REGISTERS_H */
