// SPDX-License-Identifier: MIT
/* Races: threads that start together, stop together and report. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actor_resolve.h"
#include "actor_work.h"
#include "actors.h"
#include "affinity.h"
#include "clock.h"

#define MAXIMUM_ACTORS 64

static struct actor actors[MAXIMUM_ACTORS];
static size_t actor_count;
static atomic_bool stopping;

/* The threads wait for the gate to open, and are counted when they end. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static bool gate_open;
static size_t finished;

static void must_succeed(int error)
{
	/* These fail only for a mistake in this program. */
	if (error)
		abort();
}

static void *run_actor(void *context)
{
	struct actor *actor = context;
	const __u64 rounds = actor->request.rounds;
	int error = affinity_set(actor->request.cpus);

	atomic_store(&actor->tid, gettid());
	must_succeed(pthread_mutex_lock(&lock));
	while (!gate_open)
		must_succeed(pthread_cond_wait(&changed, &lock));
	must_succeed(pthread_mutex_unlock(&lock));

	if (error) {
		actor->report.failed++;
		actor->report.first_error = error;
	}
	/* At least once, however late it gets a CPU: no work proves nothing. */
	if (!error) {
		do
			actor_work(actor);
		while (!atomic_load(&stopping) &&
		       (rounds == 0 || actor->report.rounds < rounds));
	}

	must_succeed(pthread_mutex_lock(&lock));
	finished++;
	must_succeed(pthread_cond_broadcast(&changed));
	must_succeed(pthread_mutex_unlock(&lock));
	return NULL;
}

static void empty_actor(struct actor *actor)
{
	if (actor->vcpu)
		actor->vcpu->busy = false;
	free(actor->numbers);
}

int op_actor_add(struct call *call, const struct actor_add_request *request,
		 struct actor_add_answer *answer)
{
	struct actor *actor = &actors[actor_count];
	int error;

	if (actor_count >= MAXIMUM_ACTORS || gate_open)
		return refuse(call,
			      "a race is running, or has %d actors already",
			      MAXIMUM_ACTORS);
	if (call->tail_size >= sizeof(actor->text))
		return refuse(call, "the path and the text are too long");
	memset(actor, 0, sizeof(*actor));
	actor->request = *request;
	actor->report.kind = request->kind;
	memcpy(actor->text, call->tail, call->tail_size);
	actor->text_size = call->tail_size;
	error = actor_resolve(call, actor);
	if (error) {
		empty_actor(actor);
		return error;
	}
	answer->actor = actor_count++;
	return 0;
}

static void set_gate(bool open)
{
	must_succeed(pthread_mutex_lock(&lock));
	gate_open = open;
	must_succeed(pthread_cond_broadcast(&changed));
	must_succeed(pthread_mutex_unlock(&lock));
}

int op_actors_start(struct call *call,
		    const struct actors_start_request *request,
		    struct actors_start_answer *answer)
{
	pthread_condattr_t attributes;
	size_t i;
	int error = 0;

	(void)request;
	if (gate_open || actor_count == 0)
		return refuse(call, "a race is running, or has no actors");
	must_succeed(pthread_condattr_init(&attributes));
	must_succeed(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
	must_succeed(pthread_cond_init(&changed, &attributes));
	finished = 0;
	atomic_store(&stopping, false);
	for (i = 0; i < actor_count && !error; i++) {
		error = pthread_create(&actors[i].thread, NULL, run_actor,
				       &actors[i]);
		actors[i].started = !error;
	}
	set_gate(true);
	answer->actors = i;
	return error;
}

static bool all_have_worked(void)
{
	size_t i;

	for (i = 0; i < actor_count; i++)
		if (!atomic_load(&actors[i].has_worked))
			return false;
	return true;
}

int op_actors_wait(struct call *call, const struct actors_wait_request *request,
		   struct actors_wait_answer *answer)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	__u64 end = now() + request->duration * 1000000;
	struct timespec until = { .tv_sec = end / 1000000000,
				  .tv_nsec = end % 1000000000 };
	int error = 0;

	if (!gate_open)
		return refuse(call, "no race is running");
	must_succeed(pthread_mutex_lock(&lock));
	while (finished < actor_count && !error)
		error = pthread_cond_timedwait(&changed, &lock, &until);
	/* A busy computer may not have let each of them run in that time. */
	end = now() + request->patience * 1000000;
	while (finished < actor_count && !all_have_worked() && now() < end) {
		must_succeed(pthread_mutex_unlock(&lock));
		(void)nanosleep(&moment, NULL);
		must_succeed(pthread_mutex_lock(&lock));
	}
	answer->finished = finished;
	answer->actors = actor_count;
	must_succeed(pthread_mutex_unlock(&lock));
	return error == ETIMEDOUT ? 0 : error;
}

pid_t actors_thread(size_t index)
{
	return index < actor_count ? atomic_load(&actors[index].tid) : -1;
}

/* Ends the threads; the reports are in the actors afterwards. */
static void stop_all(void)
{
	size_t i;

	atomic_store(&stopping, true);
	for (i = 0; i < actor_count; i++) {
		if (actors[i].started)
			must_succeed(pthread_join(actors[i].thread, NULL));
		actors[i].started = false;
	}
	gate_open = false;
}

size_t actors_reset(void)
{
	size_t count = actor_count, i;

	stop_all();
	for (i = 0; i < actor_count; i++)
		empty_actor(&actors[i]);
	actor_count = 0;
	return count;
}

int op_actors_stop(struct call *call, const struct actors_stop_request *request,
		   struct actors_stop_answer *answer)
{
	struct actor_report *reports = (struct actor_report *)call->out;
	size_t i;

	(void)request;
	stop_all();
	for (i = 0; i < actor_count; i++)
		reports[i] = actors[i].report;
	call->out_size = actor_count * sizeof(*reports);
	answer->actors = actor_count;
	actors_reset();
	return 0;
}

/* A child has none of its parent's threads, but a copy of their lock. */
void actors_after_fork(void)
{
	must_succeed(pthread_mutex_init(&lock, NULL));
	actor_count = 0;
	gate_open = false;
}
