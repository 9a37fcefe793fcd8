/* SPDX-License-Identifier: MIT */
/*
 * The patterns that memory is filled with and compared to, for host and guest.
 * All of it is inlined into the guest's code, which cannot call functions.
 */
#ifndef GMEMTEST_PATTERN_H
#define GMEMTEST_PATTERN_H

#include "page.h"
#include "protocol.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The word that fills a page; the page counts from the start of the access. */
ALWAYS_INLINE __u64 pattern_word(__u64 pattern, __u64 value, __u64 page)
{
	__u64 word;

	if (pattern == PATTERN_BYTE)
		return (value & 0xff) * 0x0101010101010101ULL;

	/* The finaliser of splitmix64: neighbours have nothing in common. */
	word = value + page + 0x9e3779b97f4a7c15ULL;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
	return word ^ (word >> 31);
}

/* Whether all of a page is one byte: then its word, else *mixed is set. */
ALWAYS_INLINE __u64 page_look(const volatile __u64 *page, __u64 *mixed)
{
	__u64 first = page[0];
	__u64 differs = first ^ ((first & 0xff) * 0x0101010101010101ULL);
	unsigned int i;

	for (i = 1; i < PAGE_WORDS; i++)
		differs |= page[i] ^ first;
	*mixed = differs != 0;
	return first & 0xff;
}

/* Where memory differed from its pattern. */
struct difference {
	volatile __u64 mismatches;
	volatile __u64 mismatch_offset;
	volatile __u64 wanted;
	volatile __u64 found;
};

ALWAYS_INLINE void note_difference(volatile struct difference *difference,
				   __u64 offset, __u64 wanted, __u64 found)
{
	if (difference->mismatches == 0) {
		difference->mismatch_offset = offset;
		difference->wanted = wanted;
		difference->found = found;
	}
	difference->mismatches++;
}

#endif /* GMEMTEST_PATTERN_H */
