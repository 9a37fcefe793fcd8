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

/* How the last operation ended. */
static int last_end;

/* How the last one ended that later ones depend on. */
static int tried;

static void must_end(int found, const int *wanted, int count)
{
	if (found == ENOTTY && wanted[0] != ENOTTY)
		skip("this kernel has no such ioctl");
	differs_unless(is_one_of(found, wanted, count));
	last_end = found;
}

/* An operation, and the ends that it may have. */
#define EXPECT(operation, ...)                             \
	(begin(#operation),                                \
	 must_end(operation, (const int[]){ __VA_ARGS__ }, \
		  sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)))

/* An operation that may fail; what follows depends on it. */
#define TRY(operation, ...) (EXPECT(operation, __VA_ARGS__), tried = last_end)

/* A number that the last operation answered. */
#define EXPECT_NUMBER(number, wanted) \
	(begin(#number), differs_unless(is_number(number, wanted)))

static bool is_between(unsigned long long found, unsigned long long least,
		       unsigned long long most)
{
	bool inside = found >= least && found <= most;

	if (!inside)
		printf("# wanted 0x%llx to 0x%llx, found 0x%llx\n", least, most,
		       found);
	return inside;
}

/* The same, when any number of a range will do. */
#define EXPECT_BETWEEN(number, least, most) \
	(begin(#number), differs_unless(is_between(number, least, most)))

/* The pages that it looked at. */
#define EXPECT_PAGES(...)                                                      \
	differs_unless(are_pages(looks, (const struct run[]){ __VA_ARGS__ },   \
				 sizeof((const struct run[]){ __VA_ARGS__ }) / \
					 sizeof(struct run)))
