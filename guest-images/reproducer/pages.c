// SPDX-License-Identifier: MIT
/* The contents of pages: how they are compared. */
#include <linux/types.h>
#include <stdio.h>

#define PAGE 4096UL

/* How a page looks: a number below 256 is the byte that fills it. */
enum {
	MIXED = 256,
	BUS,
	SEGV,
	FAULT,
};

struct run {
	unsigned long first, count;
	short look;
};

static short look_at(const volatile __u64 *page)
{
	__u64 first = page[0], byte = first & 0xff;
	__u64 differs = first ^ (byte * 0x0101010101010101ULL);
	unsigned int i;

	for (i = 1; i < PAGE / 8; i++)
		differs |= page[i] ^ first;
	return differs ? MIXED : (short)byte;
}

static const char *show_look(short look)
{
	static char text[2][24];
	static int turn;

	switch (look) {
	case MIXED:
		return "different bytes";
	case BUS:
		return "SIGBUS";
	case SEGV:
		return "SIGSEGV";
	case FAULT:
		return "a memory fault";
	}
	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "bytes 0x%02x", look);
	return text[turn];
}

static bool are_pages(const short *found, const struct run *wanted, int runs)
{
	unsigned long page, wrong = 0;
	int i;

	for (i = 0; i < runs; i++) {
		for (page = wanted[i].first;
		     page < wanted[i].first + wanted[i].count; page++) {
			if (found[page] == wanted[i].look || wrong++ >= 8)
				continue;
			printf("# page %lu: wanted %s, found %s\n", page,
			       show_look(wanted[i].look),
			       show_look(found[page]));
		}
	}
	if (wrong > 8)
		printf("# and %lu more pages\n", wrong - 8);
	return !wrong;
}

static int expect_pages(const char *what, const short *found,
			const struct run *wanted, int runs)
{
	return result(are_pages(found, wanted, runs), what);
}

/* The word that fills a page; the page counts from the start of the access. */
static __u64 pattern_word(int by_page, __u64 value, __u64 page)
{
	__u64 word;

	if (!by_page)
		return (value & 0xff) * 0x0101010101010101ULL;
	word = value + page + 0x9e3779b97f4a7c15ULL;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
	return word ^ (word >> 31);
}
