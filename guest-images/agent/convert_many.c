// SPDX-License-Identifier: MIT
/* Many conversions in one request: 64K ioctls would be 64K round trips. */
#include <stdlib.h>

#include "clock.h"
#include "dialects.h"

/* So many take about a second; a larger number is a mistake. */
#define MAXIMUM_PIECES (16 * 1024 * 1024)

/* Returns the pieces in a random order that depends on the seed alone. */
static __u32 *shuffle(__u32 count, __u64 seed)
{
	__u32 *order = malloc(count * sizeof(*order));
	__u32 i, other, keep;

	if (!order)
		abort();
	for (i = 0; i < count; i++)
		order[i] = i;
	for (i = count - 1; i > 0; i--) {
		/* Knuth's linear congruential generator, its upper half. */
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		other = (seed >> 32) % (i + 1);
		keep = order[i];
		order[i] = order[other];
		order[other] = keep;
	}
	return order;
}

/* Adds the time of one ioctl to the sums of the answer. */
static void note_time(struct convert_many_answer *answer, __u64 index,
		      __u64 count, __u64 nanoseconds)
{
	__u64 tenth = count < 10 ? 1 : count / 10;

	answer->nanoseconds += nanoseconds;
	if (index < tenth)
		answer->first_tenth_nanoseconds += nanoseconds;
	if (index >= count - tenth)
		answer->last_tenth_nanoseconds += nanoseconds;
	if (nanoseconds > answer->slowest_nanoseconds)
		answer->slowest_nanoseconds = nanoseconds;
}

static __u64 count_pieces(struct call *call,
			  const struct convert_many_request *request)
{
	__u64 count;

	if (request->unit == 0 || request->stride == 0 ||
	    request->size < request->unit || request->order >= ORDER_COUNT) {
		refuse(call, "the pattern has no pieces");
		return 0;
	}
	count = (request->size - request->unit) / request->stride + 1;
	if (count <= MAXIMUM_PIECES)
		return count;
	refuse(call, "%llu pieces are too many", count);
	return 0;
}

int op_convert_many(struct call *call,
		    const struct convert_many_request *request,
		    struct convert_many_answer *answer)
{
	struct object *target = dialect_target(call, request->target,
					       request->dialect, request->to);
	__u64 count, i, piece, offset, start;
	__u32 *order = NULL;
	int error = 0;

	if (!target)
		return REFUSED;
	count = count_pieces(call, request);
	if (!count)
		return REFUSED;
	if (request->order == ORDER_RANDOM)
		order = shuffle(count, request->seed);

	for (i = 0; i < count && !error; i++) {
		piece = request->order == ORDER_REVERSE ? count - 1 - i : i;
		if (order)
			piece = order[i];
		offset = request->offset + piece * request->stride;
		answer->error_offset = 0;
		start = now();
		error = dialect_convert(request->dialect, target->fd,
					request->to, offset, request->unit,
					&answer->error_offset);
		note_time(answer, i, count, now() - start);
		if (error)
			answer->failed_offset = offset;
		else
			answer->done++;
	}
	free(order);
	return error;
}
