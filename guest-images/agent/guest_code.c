// SPDX-License-Identifier: MIT
/*
 * The code that runs inside of the guest.  It is copied there as it is, so it
 * must be one function that calls nothing, uses no data outside of its stack
 * and no registers but the general ones.  Memory is accessed through volatile
 * pointers, or the compiler would make calls to memset() of some loops.
 */
#pragma GCC target("general-regs-only")
#pragma GCC optimize("no-jump-tables")

#include "guest_code.h"

#define GUEST __attribute__((section("guest_code"), noinline, used))

typedef volatile __u64 *words;

ALWAYS_INLINE void copy(struct mailbox *mailbox, words from, words to)
{
	volatile unsigned char *to_byte, *from_byte;
	__u64 size = mailbox->size, i;

	for (i = 0; i + 8 <= size; i += 8) {
		to[i / 8] = from[i / 8];
		mailbox->bytes = i + 8;
	}
	to_byte = (volatile unsigned char *)to;
	from_byte = (volatile unsigned char *)from;
	for (; i < size; i++)
		to_byte[i] = from_byte[i];
	mailbox->bytes = size;
}

ALWAYS_INLINE void fill(struct mailbox *mailbox, words memory)
{
	__u64 size = mailbox->size, at, end, word;

	for (at = 0; at < size; at = end) {
		end = at + PAGE_SIZE < size ? at + PAGE_SIZE : size;
		word = pattern_word(mailbox->pattern, mailbox->value,
				    at / PAGE_SIZE);
		for (; at < end; at += 8)
			memory[at / 8] = word;
		mailbox->bytes = end;
	}
}

ALWAYS_INLINE void verify(struct mailbox *mailbox, words memory)
{
	__u64 size = mailbox->size, at, end, word, found;

	for (at = 0; at < size; at = end) {
		end = at + PAGE_SIZE < size ? at + PAGE_SIZE : size;
		word = pattern_word(mailbox->pattern, mailbox->value,
				    at / PAGE_SIZE);
		for (; at < end; at += 8) {
			found = memory[at / 8];
			if (found != word)
				note_difference(&mailbox->difference, at, word,
						found);
		}
		mailbox->bytes = end;
	}
}

ALWAYS_INLINE void scan(struct mailbox *mailbox, words memory, words buffer)
{
	__u64 pages = mailbox->size / PAGE_SIZE, i, tag, mixed;

	for (i = 0; i < pages; i++) {
		tag = page_look(memory + i * PAGE_WORDS, &mixed);
		buffer[i] = mixed ? SCAN_MIXED : tag;
		mailbox->bytes = (i + 1) * PAGE_SIZE;
	}
}

ALWAYS_INLINE void peek(struct mailbox *mailbox, words memory, words buffer)
{
	__u64 pages = mailbox->size / PAGE_SIZE, i;

	for (i = 0; i < pages; i++) {
		buffer[i] = memory[i * PAGE_WORDS];
		mailbox->bytes = (i + 1) * PAGE_SIZE;
	}
}

ALWAYS_INLINE void count(struct mailbox *mailbox, words memory, words buffer)
{
	__u64 pages = mailbox->size / PAGE_SIZE, i, word;

	for (i = 0; i < pages; i++) {
		word = memory[i * PAGE_WORDS];
		if (buffer[i] != 0 && buffer[i] != word)
			note_difference(&mailbox->difference, i * PAGE_SIZE,
					buffer[i], word);
		memory[i * PAGE_WORDS] = word + 1;
		buffer[i] = word + 1;
		mailbox->bytes = (i + 1) * PAGE_SIZE;
	}
}

GUEST void guest_main(struct mailbox *mailbox)
{
	words memory = (words)mailbox->gpa;
	words buffer = (words)mailbox->buffer;
	__u64 task = mailbox->task;

	if (task == TASK_READ)
		copy(mailbox, memory, buffer);
	else if (task == TASK_WRITE)
		copy(mailbox, buffer, memory);
	else if (task == TASK_FILL)
		fill(mailbox, memory);
	else if (task == TASK_VERIFY)
		verify(mailbox, memory);
	else if (task == TASK_SCAN)
		scan(mailbox, memory, buffer);
	else if (task == TASK_PEEK)
		peek(mailbox, memory, buffer);
	else if (task == TASK_COUNT)
		count(mailbox, memory, buffer);

	for (;;)
		__asm__ volatile("outb %%al, %%dx"
				 :
				 : "a"(0), "d"(DONE_PORT)
				 : "memory");
}
