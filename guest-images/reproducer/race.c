// SPDX-License-Identifier: MIT
/* Races: threads that begin together, and repeat their work until they have to stop. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

struct actor {
	const char *name;
	void (*work)(struct actor *actor);
	/* What the work is about; most of it uses only some. */
	int fd, vm;
	unsigned char *memory;
	struct vcpu *vcpu;
	int (*convert)(int fd, __u64 to, __u64 offset, __u64 size);
	__u64 to, offset, size, gpa, value;
	unsigned int slot;
	const char *path, *text;
	/* The word that pages must have is `value`. */
	bool check;
	/* At most so many; 0: until the race ends. */
	unsigned long rounds;
	/* The CPUs that it may use, as bits; 0: all. */
	unsigned long cpus;
	/* The results. */
	unsigned long turns, done, again, failed, faults, unexpected,
		mismatches;
	int first_error;
	__u64 *numbers;
	pthread_t thread;
	atomic_int tid;
};

static struct actor actors[64];

static int actor_count;

static bool race_is_over;

static pthread_barrier_t race_gate;

static atomic_bool race_stops;

static atomic_int actors_finished;

static int add_actor(struct actor actor)
{
	if (race_is_over)
		actor_count = 0;
	race_is_over = false;
	if (actor.size)
		actor.numbers =
			calloc(actor.size / PAGE + 1, sizeof(*actor.numbers));
	actors[actor_count++] = actor;
	return 0;
}

static void use_cpus(unsigned long cpus)
{
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	for (i = 0; i < 64; i++) {
		if (cpus >> i & 1)
			CPU_SET(i, &set);
	}
	if (cpus)
		sched_setaffinity(0, sizeof(set), &set);
}

static void *run_actor(void *context)
{
	struct actor *actor = context;

	use_cpus(actor->cpus);
	actor->tid = gettid();
	pthread_barrier_wait(&race_gate);
	do {
		actor->work(actor);
		actor->turns++;
	} while (!race_stops && actor->turns != actor->rounds);
	actors_finished++;
	return NULL;
}

static int start_actors(void)
{
	int i, error;

	race_stops = false;
	actors_finished = 0;
	pthread_barrier_init(&race_gate, NULL, actor_count + 1);
	for (i = 0; i < actor_count; i++) {
		error = pthread_create(&actors[i].thread, NULL, run_actor,
				       &actors[i]);
		if (error)
			skip("cannot make a thread: %s", strerror(error));
	}
	pthread_barrier_wait(&race_gate);
	return 0;
}

static bool all_have_worked(void)
{
	int i;

	for (i = 0; i < actor_count && actors[i].turns; i++)
		;
	return i == actor_count;
}

/* After its time, the race goes on until each thread has had a turn. */
static int wait_for_actors(long milliseconds, long patience)
{
	const struct timespec tick = { .tv_nsec = 1000000 };

	for (; actors_finished < actor_count && patience > 0; milliseconds--) {
		if (milliseconds <= 0) {
			patience--;
			if (all_have_worked())
				break;
		}
		nanosleep(&tick, NULL);
	}
	return 0;
}

/* Errors other than EAGAIN, odd exits and mismatches in the last race. */
static unsigned long race_troubles;

static int stop_actors(void)
{
	struct actor *actor;

	race_stops = true;
	race_troubles = 0;
	for (actor = actors; actor < actors + actor_count; actor++) {
		pthread_join(actor->thread, NULL);
		free(actor->numbers);
		race_troubles +=
			actor->failed + actor->unexpected + actor->mismatches;
		printf("#   %s: %lu turns, %lu done, %lu EAGAIN, %lu other errors (%s), %lu faults, %lu odd exits, %lu mismatches\n",
		       actor->name, actor->turns, actor->done, actor->again,
		       actor->failed, show(actor->first_error), actor->faults,
		       actor->unexpected, actor->mismatches);
	}
	pthread_barrier_destroy(&race_gate);
	race_is_over = true;
	return 0;
}
