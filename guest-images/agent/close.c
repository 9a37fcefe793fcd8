// SPDX-License-Identifier: MIT
/* Closes one handle, or everything that the harness has opened or started. */
#include "actors.h"
#include "handles.h"
#include "nested_vm.h"

int op_reset(struct call *call, const struct reset_request *request,
	     struct reset_answer *answer)
{
	(void)request;
	answer->actors = actors_reset();
	handles_reset(call, answer);
	return 0;
}

int op_close(struct call *call, const struct close_request *request,
	     struct close_answer *answer)
{
	struct object *object = handle_need(call, request->handle, ~0U);

	(void)answer;
	if (!object)
		return REFUSED;
	/* A race may outlive other handles, but uses the memory of a vCPU. */
	if (object->kind == KIND_VCPU && !vcpu_need(call, request->handle))
		return REFUSED;
	return handle_close(request->handle);
}
