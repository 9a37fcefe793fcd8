// SPDX-License-Identifier: MIT
/* Ends that the reference model gives to operations. */

/* The step that is under way. */
static const char *step = "the start";

static void begin_step(const char *what)
{
	step = what;
	printf("# %s\n", what);
}

static void differs_unless(bool same)
{
	if (same)
		return;
	result(false, step);
	exit(KSFT_FAIL);
}

static void must_end(int found, const int *wanted, int count)
{
	if (found == ENOTTY && wanted[0] != ENOTTY)
		skip("this kernel has no such ioctl");
	differs_unless(is_one_of(found, wanted, count));
}

/* An operation, and the ends that it may have. */
#define EXPECT(operation, ...)                             \
	(begin(#operation),                                \
	 must_end(operation, (const int[]){ __VA_ARGS__ }, \
		  sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)))

/* A number that the last operation answered. */
#define EXPECT_NUMBER(number, wanted) \
	(begin(#number), differs_unless(is_number(number, wanted)))

/* The pages that it looked at. */
#define EXPECT_PAGES(...)                                                      \
	differs_unless(are_pages(looks, (const struct run[]){ __VA_ARGS__ },   \
				 sizeof((const struct run[]){ __VA_ARGS__ }) / \
					 sizeof(struct run)))
