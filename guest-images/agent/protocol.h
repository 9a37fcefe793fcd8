/* SPDX-License-Identifier: MIT */
/*
 * The numbers, words and records of the protocol between the harness and the
 * agent.  The contract in prose is in harness/agent/wire/protocol.ts.
 *
 * Generated from harness/agent/wire/ by `make headers`: do not edit.
 */
#ifndef GMEMTEST_PROTOCOL_H
#define GMEMTEST_PROTOCOL_H

#include <linux/types.h>

#define PROTOCOL_VERSION 1
#define FRAME_MAGIC 0x4d454d47
#define HEADER_SIZE 24
#define MAXIMUM_FRAME 8388608
#define CALL_RESULT 0x1f5a5a5a5a5a00
#define PROCESS_RESULT 65280
#define PROTOCOL_DIGEST "c934edc36c7f4c43"

enum wire_status {
	STATUS_ANSWERED,
	STATUS_REFUSED,
	STATUS_CHILD_GONE,
	STATUS_CHILD_CRASHED,
	STATUS_COUNT,
};

enum wire_kind {
	KIND_NONE,
	KIND_VM,
	KIND_VCPU,
	KIND_GMEM,
	KIND_FILE,
	KIND_MAPPING,
	KIND_PIN,
	KIND_CHILD,
	KIND_COUNT,
};

enum wire_dialect {
	DIALECT_CONVERT_IOCTL,
	DIALECT_GMEM_ATTRIBUTES,
	DIALECT_VM_ATTRIBUTES,
	DIALECT_GMEM_ATTRIBUTES_V1,
	DIALECT_COUNT,
};

enum wire_state {
	STATE_SHARED,
	STATE_PRIVATE,
	STATE_COUNT,
};

enum wire_order {
	ORDER_FORWARD,
	ORDER_REVERSE,
	ORDER_RANDOM,
	ORDER_COUNT,
};

enum wire_pattern {
	PATTERN_BYTE,
	PATTERN_PAGE,
	PATTERN_COUNT,
};

enum wire_host {
	HOST_DONE,
	HOST_SIGBUS,
	HOST_SIGSEGV,
	HOST_COUNT,
};

enum wire_guest {
	GUEST_DONE,
	GUEST_MEMORY_FAULT,
	GUEST_RUN_ERROR,
	GUEST_UNEXPECTED_EXIT,
	GUEST_TIMEOUT,
	GUEST_COUNT,
};

enum wire_look {
	LOOK_TAG,
	LOOK_MIXED,
	LOOK_SIGBUS,
	LOOK_SIGSEGV,
	LOOK_FAULT,
	LOOK_COUNT,
};

enum wire_actor {
	ACTOR_CONVERT,
	ACTOR_HOST_READ,
	ACTOR_HOST_COUNT,
	ACTOR_GUEST_READ,
	ACTOR_GUEST_COUNT,
	ACTOR_PIN,
	ACTOR_REALLOCATE,
	ACTOR_READ_FILE,
	ACTOR_WRITE_FILE,
	ACTOR_SIGNAL,
	ACTOR_PUNCH,
	ACTOR_ALLOCATE,
	ACTOR_BIND,
	ACTOR_MAP,
	ACTOR_FORK,
	ACTOR_COUNT,
};

enum wire_call {
	CALL_READ,
	CALL_WRITE,
	CALL_PREAD,
	CALL_PWRITE,
	CALL_FTRUNCATE,
	CALL_FCHMOD,
	CALL_FSYNC,
	CALL_SPLICE,
	CALL_SENDFILE,
	CALL_COPY_FILE_RANGE,
	CALL_READAHEAD,
	CALL_DROP_CACHE,
	CALL_REOPEN,
	CALL_COUNT,
};

enum wire_directory {
	DIRECTORY_CREATE,
	DIRECTORY_REMOVE,
	DIRECTORY_COUNT,
};

enum wire_step {
	STEP_TO_SHARED,
	STEP_TO_PRIVATE,
	STEP_HOST_FILL,
	STEP_GUEST_FILL,
	STEP_HOST_LOOK,
	STEP_GUEST_LOOK,
	STEP_PUNCH,
	STEP_ALLOCATE,
	STEP_COUNT,
};

enum wire_pin {
	PIN_VMSPLICE,
	PIN_GUP_TEST,
	PIN_SOCKET,
	PIN_COUNT,
};

enum wire_lock {
	LOCK_LOCK,
	LOCK_LOCK_ON_FAULT,
	LOCK_UNLOCK,
	LOCK_COUNT,
};

enum wire_way {
	WAY_PROCESS_VM,
	WAY_PROC_MEM,
	WAY_FILE,
	WAY_PIPE,
	WAY_SPLICE,
	WAY_COUNT,
};

enum wire_allocation {
	ALLOCATION_OBJECTS,
	ALLOCATION_PAGES,
	ALLOCATION_NODES,
	ALLOCATION_COUNT,
};

enum wire_signal {
	SIGNAL_HANDLED,
	SIGNAL_RESTARTING,
	SIGNAL_BLOCKED,
	SIGNAL_KILLED,
	SIGNAL_COUNT,
};

enum wire_argument {
	ARGUMENT_BUFFER,
	ARGUMENT_VALUE,
	ARGUMENT_READ_ONLY_BUFFER,
	ARGUMENT_COUNT,
};

struct page_run {
	__u32 first;
	__u32 count;
	__u32 look;
	__u32 tag;
};
_Static_assert(sizeof(struct page_run) == 16, "page_run");

struct step {
	__u32 does;
	__u32 first;
	__u32 count;
	__u32 value;
};
_Static_assert(sizeof(struct step) == 16, "step");

struct page_entry {
	__u64 pagemap;
	__u64 flags;
	__u64 map_count;
};
_Static_assert(sizeof(struct page_entry) == 24, "page_entry");

struct frame_run {
	__u64 first;
	__u64 count;
	__u64 pfn;
};
_Static_assert(sizeof(struct frame_run) == 24, "frame_run");

struct actor_report {
	__u64 kind;
	__u64 rounds;
	__u64 done;
	__u64 again;
	__u64 failed;
	__u64 first_error;
	__u64 faults;
	__u64 unexpected;
	__u64 unexpected_outcome;
	__u64 unexpected_error;
	__u64 unexpected_exit;
	__u64 unexpected_rip;
	__u64 mismatches;
	__u64 mismatch_offset;
	__u64 wanted;
	__u64 found;
	__u64 slowest;
};
_Static_assert(sizeof(struct actor_report) == 136, "actor_report");

#endif /* GMEMTEST_PROTOCOL_H */
