// SPDX-License-Identifier: MIT
/* KVM_RUN with a deadline. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "inject.h"
#include "registers.h"
#include "run.h"
#include "uapi.h"

/* The interval of checks of the deadline while the guest runs. */
#define TICK_NANOSECONDS 20000000

static __thread struct kvm_run *volatile running;
static __thread timer_t timer;
/* The thread of the timer: a child inherits this word, but no timer. */
static __thread pid_t timer_owner;

struct mailbox *vcpu_mailbox(const struct vcpu *vcpu)
{
	return (struct mailbox *)vcpu->block;
}

/*
 * A signal between the look at the clock and KVM_RUN would be lost: this makes
 * KVM_RUN return at once in that case.
 */
static void on_tick(int signal_number)
{
	struct kvm_run *run = running;

	(void)signal_number;
	if (run)
		run->immediate_exit = 1;
}

static int make_timer(void)
{
	struct sigaction action = { .sa_handler = on_tick };
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGUSR1,
	};

	/* glibc has no name for this one. */
	event._sigev_un._tid = gettid();
	if (sigemptyset(&action.sa_mask) || sigaction(SIGUSR1, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer))
		return errno;
	timer_owner = gettid();
	return 0;
}

static int set_timer(long nanoseconds)
{
	struct itimerspec ticks = {
		.it_interval.tv_nsec = nanoseconds,
		.it_value.tv_nsec = nanoseconds,
	};

	return timer_settime(timer, 0, &ticks, NULL) ? errno : 0;
}

/* Lets KVM finish the instruction of the last exit, but nothing after it. */
static int finish_instruction(struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	if (ioctl(vcpu->fd, KVM_RUN, NULL) < 0 && errno != EINTR)
		return errno;
	vcpu->run->immediate_exit = 0;
	vcpu->unfinished = false;
	return 0;
}

/* Reads the end of the run from the page that KVM shares. */
static void read_exit(struct vcpu *vcpu, int error, struct guest_end *end)
{
	struct kvm_run *run = vcpu->run;
	struct uapi_memory_fault fault;

	end->exit_reason = run->exit_reason;
	if (error) {
		end->outcome = GUEST_RUN_ERROR;
		if (run->exit_reason != UAPI_EXIT_MEMORY_FAULT)
			return;
		end->outcome = GUEST_MEMORY_FAULT;
		memcpy(&fault, &run->hw, sizeof(fault));
		end->fault_gpa = fault.gpa;
		end->fault_size = fault.size;
		end->fault_flags = fault.flags;
		return;
	}

	vcpu->unfinished = run->exit_reason == KVM_EXIT_IO ||
			   run->exit_reason == KVM_EXIT_MMIO;
	end->outcome = GUEST_UNEXPECTED_EXIT;
	/* The write to this port is the guest's signal that it is done. */
	if (run->exit_reason == KVM_EXIT_IO && run->io.port == DONE_PORT) {
		end->outcome = GUEST_DONE;
		end->exit_reason = 0;
	}
	if (run->exit_reason == KVM_EXIT_MMIO)
		end->fault_gpa = run->mmio.phys_addr;
}

static int run_until(struct vcpu *vcpu, __u64 deadline, struct guest_end *end)
{
	int error = 0, result;

	for (;;) {
		vcpu->run->exit_reason = 0;
		inject_begin();
		result = ioctl(vcpu->fd, KVM_RUN, NULL);
		inject_end();
		error = result < 0 ? errno : 0;
		vcpu->run->immediate_exit = 0;
		if (error != EINTR && error != EAGAIN)
			break;
		if (now() >= deadline) {
			end->outcome = GUEST_TIMEOUT;
			end->exit_reason = vcpu->run->exit_reason;
			return error;
		}
	}
	read_exit(vcpu, error, end);
	return error;
}

int vcpu_run(struct vcpu *vcpu, __u64 deadline, struct guest_end *end)
{
	int error = 0;

	memset(end, 0, sizeof(*end));
	end->outcome = GUEST_RUN_ERROR;
	if (timer_owner != gettid())
		error = make_timer();
	if (!error && vcpu->unfinished)
		error = finish_instruction(vcpu);
	if (!error)
		error = vcpu_rewind(vcpu);
	if (error)
		return error;

	vcpu_mailbox(vcpu)->bytes = 0;
	running = vcpu->run;
	error = set_timer(TICK_NANOSECONDS);
	if (!error)
		error = run_until(vcpu, deadline, end);
	running = NULL;
	if (set_timer(0) && !error)
		error = errno;
	end->bytes = vcpu_mailbox(vcpu)->bytes;
	return error;
}
