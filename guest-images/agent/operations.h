/* SPDX-License-Identifier: MIT */
/*
 * The table of operations: the fields of each request and each answer, then
 * all operations by number.  clang-format takes these lines for calls.
 */
#ifndef GMEMTEST_OPERATIONS_H
#define GMEMTEST_OPERATIONS_H

/* clang-format off */

/* Fields that several answers share. */
#define HOST_END(F) F(outcome) F(signal_code) F(fault_offset) F(bytes)
#define GUEST_END(F) \
	F(outcome) F(exit_reason) F(fault_gpa) F(fault_size) F(fault_flags) \
	F(bytes)
#define DIFFERENCE(F) F(mismatches) F(mismatch_offset) F(wanted) F(found)

#define REQUEST_hello(F) F(version)
#define ANSWER_hello(F) \
	F(version) F(byte_order) F(page_size) F(maximum_frame) F(pid) F(cpus)

#define REQUEST_reset(F)
#define ANSWER_reset(F) F(handles) F(children) F(actors)

#define REQUEST_check_extension(F) F(vm) F(capability)
#define ANSWER_check_extension(F) F(value)

#define REQUEST_vm_create(F) F(type)
#define ANSWER_vm_create(F) F(vm)

#define REQUEST_vcpu_create(F) F(vm) F(id)
#define ANSWER_vcpu_create(F) F(vcpu)

#define REQUEST_close(F) F(handle)
#define ANSWER_close(F)

#define REQUEST_dup(F) F(handle)
#define ANSWER_dup(F) F(handle)

#define REQUEST_gmem_create(F) F(vm) F(size) F(flags)
#define ANSWER_gmem_create(F) F(gmem)

#define REQUEST_memslot_set(F) \
	F(vm) F(slot) F(flags) F(gpa) F(size) F(mapping) F(mapping_offset) \
	F(gmem) F(gmem_offset)
#define ANSWER_memslot_set(F)

#define REQUEST_mmap(F) \
	F(file) F(offset) F(length) F(protection) F(flags) F(address)
#define ANSWER_mmap(F) F(mapping) F(address)

#define REQUEST_munmap(F) F(mapping) F(offset) F(length)
#define ANSWER_munmap(F)

#define REQUEST_convert(F) \
	F(target) F(dialect) F(to) F(offset) F(size) F(error_offset)
#define ANSWER_convert(F) F(error_offset) F(nanoseconds)

#define REQUEST_convert_many(F) \
	F(target) F(dialect) F(to) F(offset) F(size) F(unit) F(stride) \
	F(order) F(seed)
#define ANSWER_convert_many(F) \
	F(done) F(failed_offset) F(error_offset) F(nanoseconds) \
	F(first_tenth_nanoseconds) F(last_tenth_nanoseconds) \
	F(slowest_nanoseconds)

#define REQUEST_ioctl_raw(F) F(handle) F(request) F(argument) F(value)
#define ANSWER_ioctl_raw(F) F(result)

#define REQUEST_host_read(F) F(mapping) F(offset) F(size)
#define ANSWER_host_read(F) HOST_END(F)

#define REQUEST_host_write(F) F(mapping) F(offset)
#define ANSWER_host_write(F) HOST_END(F)

#define REQUEST_host_fill(F) F(mapping) F(offset) F(size) F(pattern) F(value)
#define ANSWER_host_fill(F) HOST_END(F)

#define REQUEST_host_verify(F) F(mapping) F(offset) F(size) F(pattern) F(value)
#define ANSWER_host_verify(F) HOST_END(F) DIFFERENCE(F)

#define REQUEST_host_scan(F) F(mapping) F(offset) F(size)
#define ANSWER_host_scan(F) F(runs)

#define REQUEST_guest_read(F) F(vcpu) F(gpa) F(size) F(timeout)
#define ANSWER_guest_read(F) GUEST_END(F)

#define REQUEST_guest_write(F) F(vcpu) F(gpa) F(timeout)
#define ANSWER_guest_write(F) GUEST_END(F)

#define REQUEST_guest_fill(F) \
	F(vcpu) F(gpa) F(size) F(pattern) F(value) F(timeout)
#define ANSWER_guest_fill(F) GUEST_END(F)

#define REQUEST_guest_verify(F) \
	F(vcpu) F(gpa) F(size) F(pattern) F(value) F(timeout)
#define ANSWER_guest_verify(F) GUEST_END(F) DIFFERENCE(F)

#define REQUEST_guest_scan(F) F(vcpu) F(gpa) F(size) F(timeout)
#define ANSWER_guest_scan(F) GUEST_END(F) F(runs)

#define REQUEST_pre_fault(F) F(vcpu) F(gpa) F(size) F(flags)
#define ANSWER_pre_fault(F) F(gpa) F(size)

#define REQUEST_fallocate(F) F(file) F(mode) F(offset) F(length)
#define ANSWER_fallocate(F)

#define REQUEST_madvise(F) F(mapping) F(offset) F(length) F(advice)
#define ANSWER_madvise(F) F(signal) F(signal_code)

#define REQUEST_fstat(F) F(file)
#define ANSWER_fstat(F) \
	F(size) F(blocks) F(block_size) F(inode) F(mode) F(links)

#define REQUEST_file_attempt(F) F(file) F(call) F(offset) F(value)
#define ANSWER_file_attempt(F) F(result)

#define REQUEST_open(F) F(flags) F(mode)
#define ANSWER_open(F) F(file)

#define REQUEST_memfd_create(F) F(flags) F(size)
#define ANSWER_memfd_create(F) F(file)

#define REQUEST_pin(F) F(mapping) F(offset) F(size) F(method)
#define ANSWER_pin(F) F(pin)

#define REQUEST_fork(F)
#define ANSWER_fork(F) F(child) F(pid)

#define REQUEST_child_kill(F) F(child) F(signal)
#define ANSWER_child_kill(F)

#define REQUEST_child_wait(F) F(child) F(timeout)
#define ANSWER_child_wait(F) F(exited) F(exit_code) F(signal)

#define REQUEST_kvm_stats(F) F(handle)
#define ANSWER_kvm_stats(F) F(values)

#define REQUEST_read_file(F) F(offset) F(size)
#define ANSWER_read_file(F)

#define REQUEST_write_file(F) F(path_length)
#define ANSWER_write_file(F)

#define REQUEST_pagemap(F) F(mapping) F(offset) F(pages)
#define ANSWER_pagemap(F) F(pages)

#define REQUEST_set_affinity(F) F(cpus)
#define ANSWER_set_affinity(F)

#define REQUEST_actor_add(F) \
	F(kind) F(target) F(mapping) F(vcpu) F(dialect) F(to) F(offset) \
	F(size) F(gpa) F(rounds) F(cpus) F(check) F(value)
#define ANSWER_actor_add(F) F(actor)

#define REQUEST_actors_start(F)
#define ANSWER_actors_start(F) F(actors)

#define REQUEST_actors_wait(F) F(duration)
#define ANSWER_actors_wait(F) F(finished) F(actors)

#define REQUEST_actors_stop(F)
#define ANSWER_actors_stop(F) F(actors)

#define REQUEST_fail_nth(F) F(nth)
#define ANSWER_fail_nth(F)

#define REQUEST_fail_nth_result(F)
#define ANSWER_fail_nth_result(F) F(armed) F(fired)

#define REQUEST_file_batch(F) F(files)
#define ANSWER_file_batch(F) F(files)

#define REQUEST_directory(F) F(call)
#define ANSWER_directory(F)

#define REQUEST_kernel_log(F) F(level)
#define ANSWER_kernel_log(F) F(records) F(lost)

#define REQUEST_frame_runs(F) F(mapping) F(offset) F(size)
#define ANSWER_frame_runs(F) F(runs)

#define REQUEST_frame_flags(F) F(pfn) F(frames) F(mask) F(value)
#define ANSWER_frame_flags(F) F(frames) F(matching)

#define OPERATIONS(OP) \
	OP(1, hello) \
	OP(2, reset) \
	OP(3, check_extension) \
	OP(4, vm_create) \
	OP(5, vcpu_create) \
	OP(6, close) \
	OP(7, dup) \
	OP(8, gmem_create) \
	OP(9, memslot_set) \
	OP(10, mmap) \
	OP(11, munmap) \
	OP(12, convert) \
	OP(13, convert_many) \
	OP(14, ioctl_raw) \
	OP(15, host_read) \
	OP(16, host_write) \
	OP(17, host_fill) \
	OP(18, host_verify) \
	OP(19, host_scan) \
	OP(20, guest_read) \
	OP(21, guest_write) \
	OP(22, guest_fill) \
	OP(23, guest_verify) \
	OP(24, guest_scan) \
	OP(25, pre_fault) \
	OP(26, fallocate) \
	OP(27, madvise) \
	OP(28, fstat) \
	OP(29, file_attempt) \
	OP(30, open) \
	OP(31, memfd_create) \
	OP(32, pin) \
	OP(33, fork) \
	OP(34, child_kill) \
	OP(35, child_wait) \
	OP(36, kvm_stats) \
	OP(37, read_file) \
	OP(38, write_file) \
	OP(39, pagemap) \
	OP(40, set_affinity) \
	OP(41, actor_add) \
	OP(42, actors_start) \
	OP(43, actors_wait) \
	OP(44, actors_stop) \
	OP(45, fail_nth) \
	OP(46, fail_nth_result) \
	OP(47, file_batch) \
	OP(48, directory) \
	OP(49, kernel_log) \
	OP(50, frame_runs) \
	OP(51, frame_flags)

/* clang-format on */

#endif /* GMEMTEST_OPERATIONS_H */
