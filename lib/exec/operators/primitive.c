#include "exec/operators/primitive.h"

brc_rc brc_dnnl_check(dnnl_status_t status, const char *what, brc_err *err)
{
	if (status == dnnl_success)
		return BRC_OK;
	if (status == dnnl_out_of_memory)
		return brc_fail(err, BRC_RESOURCE, "out of memory for %s", what);
	return brc_fail(err, BRC_DATA, "%s of this kind is not supported (oneDNN status %d)", what,
			(int)status);
}

bool brc_dnnl_run(dnnl_engine_t engine, dnnl_primitive_t p, const brc_dnnl_arg *arg, size_t n)
{
	dnnl_exec_arg_t made[BRC_DNNL_ARGS];
	dnnl_stream_t stream;
	size_t k = 0;
	bool good;

	if (dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success)
		return false;
	for (; k < n; k++) {
		made[k].arg = arg[k].arg;
		if (dnnl_memory_create(&made[k].memory, arg[k].md, engine, arg[k].at) !=
		    dnnl_success)
			break;
	}
	good = k == n && dnnl_primitive_execute(p, stream, (int)n, made) == dnnl_success;
	good = dnnl_stream_wait(stream) == dnnl_success && good;
	dnnl_stream_destroy(stream);
	while (k-- > 0)
		dnnl_memory_destroy(made[k].memory);
	return good;
}

dnnl_status_t brc_dnnl_reorder(dnnl_primitive_t *p, dnnl_engine_t engine,
			       const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
	dnnl_primitive_desc_t pd;
	dnnl_status_t s;

	*p = NULL;
	if (dnnl_memory_desc_equal(from, to))
		return dnnl_success;
	s = dnnl_reorder_primitive_desc_create(&pd, from, engine, to, engine, NULL);
	if (s != dnnl_success)
		return s;
	s = dnnl_primitive_create(p, pd);
	dnnl_primitive_desc_destroy(pd);
	return s;
}

bool brc_dnnl_copy(dnnl_engine_t engine, dnnl_primitive_t p, const dnnl_memory_desc_t *from,
		   void *in, const dnnl_memory_desc_t *to, void *out)
{
	const brc_dnnl_arg arg[] = {{DNNL_ARG_FROM, from, in}, {DNNL_ARG_TO, to, out}};

	return brc_dnnl_run(engine, p, arg, 2);
}
