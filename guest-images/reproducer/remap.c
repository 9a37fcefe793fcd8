// SPDX-License-Identifier: MIT
/* Mappings that move, and policies for the nodes of their memory. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

/* What a mapping has grown by belongs to no variable. */
static int move_mapping(unsigned char *start, unsigned long old_size,
			unsigned long new_size, int flags, void *place)
{
	unsigned char *found = mremap(start, old_size, new_size, flags, place);

	if (found == MAP_FAILED)
		return errno;
	if (found == start && new_size > old_size)
		munmap(found + old_size, new_size - old_size);
	else if (found != start && found != place)
		munmap(found, new_size);
	return 0;
}

/* The kernel takes the number of bits plus one. */
static int bind_memory(unsigned char *start, unsigned long length, int mode,
		       unsigned long nodes)
{
	return syscall(SYS_mbind, start, length, mode, &nodes, 65, 0) ? errno :
									0;
}
