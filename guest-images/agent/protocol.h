/* SPDX-License-Identifier: MIT */
/*
 * The protocol between the harness and the agent.  The contract in prose is in
 * harness/agent/wire/protocol.ts, the other copy of the table in operations.ts there;
 * when the two meet they compare their tables, so change both.
 *
 * Every field is one little-endian 64-bit word.  OPERATIONS() and the two
 * lists of fields of each operation expand to the structures, the dispatch
 * table and the description that hello answers with.
 */
#ifndef GMEMTEST_PROTOCOL_H
#define GMEMTEST_PROTOCOL_H

#include <linux/types.h>

#define PROTOCOL_VERSION 1
#define FRAME_MAGIC 0x4d454d47 /* "GMEM" */
#define MAXIMUM_FRAME (8 * 1024 * 1024)

struct frame_header {
	__u32 magic;
	__u32 length;
	__u32 sequence;
	__u16 operation;
	__u16 process;
	__u32 status;
	__u32 error;
};

enum status {
	STATUS_ANSWERED,
	STATUS_REFUSED,
	STATUS_CHILD_GONE,
};

enum dialect {
	DIALECT_CONVERT_IOCTL,
	DIALECT_GMEM_ATTRIBUTES,
	DIALECT_VM_ATTRIBUTES,
};

enum page_state { TO_SHARED, TO_PRIVATE };

enum order { ORDER_FORWARD, ORDER_REVERSE, ORDER_RANDOM };

enum pattern { PATTERN_BYTE, PATTERN_PAGE };

enum host_outcome { HOST_DONE, HOST_SIGBUS, HOST_SIGSEGV };

enum guest_outcome {
	GUEST_DONE,
	GUEST_MEMORY_FAULT,
	GUEST_RUN_ERROR,
	GUEST_UNEXPECTED_EXIT,
	GUEST_TIMEOUT,
};

enum actor_kind {
	ACTOR_CONVERT,
	ACTOR_HOST_READ,
	ACTOR_HOST_COUNT,
	ACTOR_GUEST_READ,
	ACTOR_GUEST_COUNT,
	ACTOR_PIN,
	ACTOR_FALLOCATE,
	ACTOR_READ_FILE,
	ACTOR_WRITE_FILE,
	ACTOR_KINDS,
};

enum file_call {
	CALL_READ,
	CALL_WRITE,
	CALL_PREAD,
	CALL_PWRITE,
	CALL_FTRUNCATE,
	CALL_FCHMOD,
	CALL_FSYNC,
};

enum directory_call { DIRECTORY_CREATE, DIRECTORY_REMOVE };

enum pin_method { PIN_VMSPLICE, PIN_GUP_TEST };

enum ioctl_argument { ARGUMENT_BUFFER, ARGUMENT_VALUE, ARGUMENT_READ_ONLY };

enum page_look { LOOK_TAG, LOOK_MIXED, LOOK_SIGBUS, LOOK_SIGSEGV, LOOK_FAULT };

/* The answer to a scan ends in these: consecutive pages that look alike. */
struct page_run {
	__u32 first;
	__u32 count;
	__u32 look;
	__u32 tag;
};

/* The answer to pagemap ends in these. */
struct page_entry {
	__u64 pagemap;
	__u64 flags;
	__u64 map_count;
};

/* The answer to frame_runs ends in these: pages with consecutive frames. */
struct frame_run {
	__u64 first;
	__u64 count;
	/* Of the first page; 0 where nothing is mapped. */
	__u64 pfn;
};

/* The answer to actors_stop ends in these. */
struct actor_report {
	__u64 kind;
	__u64 rounds;
	__u64 done;
	__u64 again;
	__u64 failed;
	__u64 first_error;
	__u64 faults;
	__u64 unexpected;
	/* The first of them: enum guest_outcome, errno, exit reason, RIP. */
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

#include "operations.h"

#define FIELD(name) __u64 name;
#define STRUCTURES(number, name)      \
	struct name##_request {       \
		REQUEST_##name(FIELD) \
	};                            \
	struct name##_answer {        \
		ANSWER_##name(FIELD)  \
	};
OPERATIONS(STRUCTURES)
#undef STRUCTURES

#endif /* GMEMTEST_PROTOCOL_H */
