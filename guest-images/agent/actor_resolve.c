// SPDX-License-Identifier: MIT
/* What the handles in the request for a thread of a race stand for. */
#include <stdlib.h>
#include <string.h>

#include "actor_resolve.h"
#include "dialects.h"
#include "handles.h"
#include "nested_vm.h"
#include "page.h"
#include "signals.h"

static int resolve_mapping(struct call *call, struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;

	if (request->size % PAGE_SIZE)
		return refuse(call, "the range of an actor is not whole pages");
	actor->memory = handle_range(call, request->mapping, request->offset,
				     request->size);
	if (!actor->memory)
		return REFUSED;
	actor->numbers = calloc(request->size / PAGE_SIZE + 1, sizeof(__u64));
	if (!actor->numbers)
		abort();
	return 0;
}

/* Only one thread at a time runs a vCPU. */
static int resolve_vcpu(struct call *call, struct actor *actor)
{
	struct vcpu *vcpu = vcpu_need(call, actor->request.vcpu);

	if (!vcpu)
		return REFUSED;
	if (actor->request.size % PAGE_SIZE ||
	    actor->request.size / PAGE_SIZE > BUFFER_SIZE / sizeof(__u64))
		return refuse(call,
			      "a vCPU in a race has at most %zu whole pages",
			      BUFFER_SIZE / sizeof(__u64));
	vcpu->busy = true;
	actor->vcpu = vcpu;
	memset(vcpu->block + BUFFER_OFFSET, 0, BUFFER_SIZE);
	return 0;
}

static int resolve_target(struct call *call, struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;
	struct object *target;

	if (request->kind == ACTOR_CONVERT)
		target = dialect_target(call, request->target, request->dialect,
					request->to);
	else
		target = handle_need(call, request->target,
				     MASK(KIND_GMEM) | MASK(KIND_FILE));
	if (!target)
		return REFUSED;
	actor->fd = target->fd;
	return 0;
}

static int resolve_slot(struct call *call, struct actor *actor)
{
	struct object *vm = handle_need(call, actor->request.vm, MASK(KIND_VM));
	int error;

	if (!vm)
		return REFUSED;
	actor->vm_fd = vm->fd;
	error = resolve_target(call, actor);
	return error ? error : resolve_mapping(call, actor);
}

int actor_resolve(struct call *call, struct actor *actor)
{
	const struct actor_add_request *request = &actor->request;
	int error = 0;

	switch (request->kind) {
	case ACTOR_CONVERT:
		actor->to = request->to;
		error = resolve_target(call, actor);
		if (!error && request->vcpu)
			error = resolve_vcpu(call, actor);
		return error;
	case ACTOR_REALLOCATE:
	case ACTOR_PUNCH:
	case ACTOR_ALLOCATE:
	case ACTOR_MAP:
		return resolve_target(call, actor);
	case ACTOR_BIND:
		return resolve_slot(call, actor);
	case ACTOR_HOST_READ:
	case ACTOR_HOST_COUNT:
	case ACTOR_PIN:
	case ACTOR_FORK:
		return resolve_mapping(call, actor);
	case ACTOR_GUEST_READ:
	case ACTOR_GUEST_COUNT:
		return resolve_vcpu(call, actor);
	case ACTOR_SIGNAL:
		return signals_handle(0);
	case ACTOR_READ_FILE:
	case ACTOR_WRITE_FILE:
		return call->tail_size ? 0 :
					 refuse(call, "the path is missing");
	default:
		return refuse(call, "no kind of actor has number %llu",
			      request->kind);
	}
}
