// SPDX-License-Identifier: MIT
/* What a thread of a race does in one turn: conversions and accesses. */
#include <setjmp.h>

static void note(struct actor *actor, int error)
{
	if (!error) {
		actor->done++;
	} else if (error == EAGAIN) {
		actor->again++;
	} else if (!actor->failed++) {
		actor->first_error = error;
	}
}

/* The first word of a page as the host sees it; false at a fault. */
static bool read_word(struct actor *actor, const unsigned char *page,
		      __u64 *word)
{
	catch_faults();
	if (sigsetjmp(fault_return, 0)) {
		actor->faults++;
		return false;
	}
	*word = *(const volatile __u64 *)page;
	return true;
}

static bool write_word(struct actor *actor, unsigned char *page, __u64 word)
{
	catch_faults();
	if (sigsetjmp(fault_return, 0)) {
		actor->faults++;
		return false;
	}
	*(volatile __u64 *)page = word;
	return true;
}

/* What became of an access of the guest; true when it was done. */
static bool guest_did(struct actor *actor, int end)
{
	if (end == MEMORY_FAULT)
		actor->faults++;
	else if (end)
		actor->unexpected++;
	return !end;
}

/* The same for the guest. */
static bool peek(struct actor *actor, unsigned long page, __u64 *word)
{
	int end = guest_read(actor->vcpu, actor->gpa + page * PAGE, 8);

	*word = *(const __u64 *)(actor->vcpu->area + BUFFER);
	return guest_did(actor, end);
}

/* Between two looks at private pages, nothing but the guest may write them. */
static void look_twice(struct actor *actor)
{
	unsigned long page, pages = actor->size / PAGE;
	__u64 word;

	for (page = 0; page < pages; page++) {
		if (!peek(actor, page, &actor->numbers[page]))
			return;
	}
	for (page = 0; page < pages && actor->to == TO_PRIVATE; page++) {
		if (!peek(actor, page, &word))
			return;
		actor->mismatches += word != actor->numbers[page];
	}
}

static void race_convert(struct actor *actor)
{
	int error = actor->convert(actor->fd, actor->to, actor->offset,
				   actor->size);

	note(actor, error);
	if (error)
		return;
	if (actor->vcpu)
		look_twice(actor);
	actor->to = actor->to == TO_PRIVATE ? TO_SHARED : TO_PRIVATE;
}

static void race_host_read(struct actor *actor)
{
	unsigned long page;
	__u64 word;

	for (page = 0; page < actor->size / PAGE; page++) {
		if (!read_word(actor, actor->memory + page * PAGE, &word))
			continue;
		actor->done++;
		actor->mismatches += actor->check && word != actor->value;
	}
}

/* Counts in each page: what was counted must stay. */
static void race_host_count(struct actor *actor)
{
	unsigned char *at = actor->memory;
	unsigned long page;
	__u64 word;

	for (page = 0; page < actor->size / PAGE; page++, at += PAGE) {
		if (!read_word(actor, at, &word))
			continue;
		actor->mismatches += actor->numbers[page] &&
				     word != actor->numbers[page];
		actor->numbers[page] = word;
		if (!write_word(actor, at, word + 1))
			continue;
		actor->numbers[page] = word + 1;
		actor->done++;
	}
}

static void race_guest_read(struct actor *actor)
{
	unsigned long page;
	__u64 word;

	for (page = 0; page < actor->size / PAGE; page++) {
		if (!peek(actor, page, &word))
			return;
		actor->done++;
		actor->mismatches += actor->check && word != actor->value;
	}
}

static void race_guest_count(struct actor *actor)
{
	unsigned long page;
	__u64 word;
	int end;

	for (page = 0; page < actor->size / PAGE; page++) {
		if (!peek(actor, page, &word))
			return;
		actor->mismatches += actor->numbers[page] &&
				     word != actor->numbers[page];
		actor->numbers[page] = word++;
		end = guest_write(actor->vcpu, actor->gpa + page * PAGE, &word,
				  sizeof(word));
		if (!guest_did(actor, end))
			return;
		actor->numbers[page] = word;
		actor->done++;
	}
}
