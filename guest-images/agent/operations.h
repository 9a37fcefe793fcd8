/* SPDX-License-Identifier: MIT */
/*
 * All operations: the number, the name, the fields of the request, those of
 * the answer.  Every field is one little-endian 64-bit word.  Each operation
 * has two structures, and a function op_NAME() in a file of the agent.
 *
 * Generated from harness/agent/wire/ by `make headers`: do not edit.
 */
#ifndef GMEMTEST_OPERATIONS_H
#define GMEMTEST_OPERATIONS_H

#include "protocol.h"

#define OPERATIONS_DIGEST "6e6c954329a4e28b"

/* clang-format off */
#define OPERATIONS(OP) \
	OP(1, hello, F(version), F(version) F(byte_order) F(page_size) \
		F(maximum_frame) F(pid) F(cpus)) \
	OP(2, reset, , F(handles) F(children) F(actors)) \
	OP(3, check_extension, F(vm) F(capability), F(value)) \
	OP(4, vm_create, F(type), F(vm)) \
	OP(5, vcpu_create, F(vm) F(id), F(vcpu)) \
	OP(6, close, F(handle),) \
	OP(7, dup, F(handle), F(handle)) \
	OP(8, gmem_create, F(vm) F(size) F(flags), F(gmem)) \
	OP(9, memslot_set, F(vm) F(slot) F(flags) F(gpa) F(size) F(mapping) \
		F(mapping_offset) F(gmem) F(gmem_offset),) \
	OP(10, mmap, F(file) F(offset) F(length) F(protection) F(flags) \
		F(address), F(mapping) F(address)) \
	OP(11, munmap, F(mapping) F(offset) F(length),) \
	OP(12, convert, F(target) F(dialect) F(to) F(offset) F(size) \
		F(error_offset), F(error_offset) F(nanoseconds)) \
	OP(13, convert_many, F(target) F(dialect) F(to) F(offset) F(size) \
		F(unit) F(stride) F(order) F(seed), F(done) F(failed_offset) \
		F(error_offset) F(nanoseconds) F(first_tenth_nanoseconds) \
		F(last_tenth_nanoseconds) F(slowest_nanoseconds)) \
	OP(14, ioctl_raw, F(handle) F(request) F(argument) F(value), \
		F(result)) \
	OP(15, host_read, F(mapping) F(offset) F(size), F(outcome) \
		F(signal_code) F(fault_offset) F(address_bits) F(bytes)) \
	OP(16, host_write, F(mapping) F(offset), F(outcome) F(signal_code) \
		F(fault_offset) F(address_bits) F(bytes)) \
	OP(17, host_fill, F(mapping) F(offset) F(size) F(pattern) F(value), \
		F(outcome) F(signal_code) F(fault_offset) F(address_bits) \
		F(bytes)) \
	OP(18, host_verify, F(mapping) F(offset) F(size) F(pattern) F(value), \
		F(outcome) F(signal_code) F(fault_offset) F(address_bits) \
		F(bytes) F(mismatches) F(mismatch_offset) F(wanted) F(found)) \
	OP(19, host_scan, F(mapping) F(offset) F(size), F(runs)) \
	OP(20, guest_read, F(vcpu) F(gpa) F(size) F(timeout), F(outcome) \
		F(exit_reason) F(fault_gpa) F(fault_size) F(fault_flags) \
		F(bytes)) \
	OP(21, guest_write, F(vcpu) F(gpa) F(timeout), F(outcome) \
		F(exit_reason) F(fault_gpa) F(fault_size) F(fault_flags) \
		F(bytes)) \
	OP(22, guest_fill, F(vcpu) F(gpa) F(size) F(pattern) F(value) \
		F(timeout), F(outcome) F(exit_reason) F(fault_gpa) \
		F(fault_size) F(fault_flags) F(bytes)) \
	OP(23, guest_verify, F(vcpu) F(gpa) F(size) F(pattern) F(value) \
		F(timeout), F(outcome) F(exit_reason) F(fault_gpa) \
		F(fault_size) F(fault_flags) F(bytes) F(mismatches) \
		F(mismatch_offset) F(wanted) F(found)) \
	OP(24, guest_scan, F(vcpu) F(gpa) F(size) F(timeout), F(outcome) \
		F(exit_reason) F(fault_gpa) F(fault_size) F(fault_flags) \
		F(bytes) F(runs)) \
	OP(25, pre_fault, F(vcpu) F(gpa) F(size) F(flags), F(gpa) F(size)) \
	OP(26, fallocate, F(file) F(mode) F(offset) F(length),) \
	OP(27, madvise, F(mapping) F(offset) F(length) F(advice), F(signal) \
		F(signal_code) F(fault_offset) F(address_bits)) \
	OP(28, fstat, F(file), F(size) F(blocks) F(block_size) F(inode) \
		F(mode) F(links)) \
	OP(29, file_attempt, F(file) F(call) F(offset) F(value), F(result)) \
	OP(30, open, F(flags) F(mode), F(file)) \
	OP(31, memfd_create, F(flags) F(size), F(file)) \
	OP(32, pin, F(mapping) F(offset) F(size) F(method), F(pin)) \
	OP(33, fork, , F(child) F(pid)) \
	OP(34, child_kill, F(child) F(signal),) \
	OP(35, child_wait, F(child) F(timeout), F(exited) F(exit_code) \
		F(signal)) \
	OP(36, kvm_stats, F(handle), F(values)) \
	OP(37, read_file, F(offset) F(size),) \
	OP(38, write_file, F(path_length),) \
	OP(39, pagemap, F(mapping) F(offset) F(pages), F(pages)) \
	OP(40, set_affinity, F(cpus),) \
	OP(41, actor_add, F(kind) F(target) F(mapping) F(vcpu) F(vm) F(slot) \
		F(dialect) F(to) F(offset) F(size) F(gpa) F(rounds) F(cpus) \
		F(check) F(value), F(actor)) \
	OP(42, actors_start, , F(actors)) \
	OP(43, actors_wait, F(duration) F(patience), F(finished) F(actors)) \
	OP(44, actors_stop, , F(actors)) \
	OP(45, fail_nth, F(of) F(nth),) \
	OP(46, fail_nth_result, , F(armed) F(fired)) \
	OP(47, file_batch, F(files), F(files)) \
	OP(48, directory, F(call),) \
	OP(49, kernel_log, F(level), F(records) F(lost)) \
	OP(50, frame_runs, F(mapping) F(offset) F(size), F(runs)) \
	OP(51, frame_flags, F(pfn) F(frames) F(mask) F(value), F(frames) \
		F(matching)) \
	OP(52, signal_next, F(how) F(after) F(every),) \
	OP(53, signal_next_result, , F(armed) F(error) F(handled) F(in_calls) \
		F(ended) F(pending) F(nanoseconds)) \
	OP(55, fail_lasting, F(of) F(space) F(times),) \
	OP(56, fail_lasting_result, , F(armed) F(failures)) \
	OP(58, mremap, F(mapping) F(offset) F(old_size) F(new_size) F(flags) \
		F(place) F(place_offset), F(address)) \
	OP(59, mprotect, F(mapping) F(offset) F(length) F(protection),) \
	OP(68, mbind, F(mapping) F(offset) F(length) F(mode) F(nodes),) \
	OP(69, memory_policy, F(mapping) F(offset), F(mode) F(nodes)) \
	OP(60, mlock, F(mapping) F(offset) F(length) F(how),) \
	OP(61, copy_scan, F(mapping) F(offset) F(size) F(way) F(pid), F(runs)) \
	OP(62, copy_fill, F(mapping) F(offset) F(size) F(way) F(pid) \
		F(value), F(bytes)) \
	OP(64, steps, F(file) F(target) F(dialect) F(base) F(mapping) F(vcpu) \
		F(gpa) F(timeout), F(done) F(runs)) \
	OP(66, repeat, F(rounds), F(done) F(call) F(error) F(word)) \
	OP(70, program, , F(calls)) \
	OP(71, new_code, , F(blocks)) \
	OP(67, descriptors, , F(open) F(without_file))
/* clang-format on */

#define NUMBER(number, name, request, answer) OPERATION_##name = number,
enum operation_number { OPERATIONS(NUMBER) };
#undef NUMBER

struct call;

#define F(name) __u64 name;
#define DECLARE(number, name, request, answer)                            \
	struct name##_request {                                           \
		request                                                   \
	};                                                                \
	struct name##_answer {                                            \
		answer                                                    \
	};                                                                \
	int op_##name(struct call *call, const struct name##_request *in, \
		      struct name##_answer *out);
OPERATIONS(DECLARE)
#undef DECLARE
#undef F

#endif /* GMEMTEST_OPERATIONS_H */
