#include "exec/operators/primitive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ALIGN = 64 };

brc_rc brc_dnnl_check(dnnl_status_t status, const char *what, brc_err *err)
{
	if (status == dnnl_success)
		return BRC_OK;
	if (status == dnnl_out_of_memory)
		return brc_fail(err, BRC_RESOURCE, "out of memory for %s", what);
	return brc_fail(err, BRC_DATA, "%s of this kind is not supported (oneDNN status %d)", what,
			(int)status);
}

/* ---- one execution ---- */

typedef struct argument {
	int name; /* DNNL_ARG_SRC */
	const dnnl_memory_desc_t *md;
	void *at;
} argument;

enum { ARGUMENTS = 5 };

static bool execute(dnnl_engine_t engine, dnnl_primitive_t p, const argument *arg, size_t n)
{
	dnnl_exec_arg_t made[ARGUMENTS];
	dnnl_stream_t stream;
	size_t k = 0;
	bool good;

	if (dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success)
		return false;
	for (; k < n; k++) {
		made[k].arg = arg[k].name;
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

/* Copy by the primitive `how`; NULL: both are the same memory. */
static bool copy(const brc_primitive *p, dnnl_primitive_t how, const dnnl_memory_desc_t *from,
		 void *in, const dnnl_memory_desc_t *to, void *out)
{
	const argument arg[] = {{DNNL_ARG_FROM, from, in}, {DNNL_ARG_TO, to, out}};

	return !how || execute(p->engine, how, arg, 2);
}

bool brc_primitive_run(const brc_primitive *p, void *in, void *out, char *scratch)
{
	void *src = p->enter ? scratch + p->src_at : in;
	void *dst = p->leave ? scratch + p->dst_at : out;
	const argument arg[ARGUMENTS] = {
		{DNNL_ARG_SRC, &p->src, src},          {DNNL_ARG_WEIGHTS, &p->weights, p->packed},
		{DNNL_ARG_DST, &p->dst, dst},          {DNNL_ARG_SCRATCHPAD, &p->scratch, scratch},
		{DNNL_ARG_BIAS, &p->biases, p->shift},
	};

	return copy(p, p->enter, &p->in, in, &p->src, src) &&
	       copy(p, p->meet, &p->out, out, &p->dst, dst) &&
	       execute(p->engine, p->run, arg, p->shift ? ARGUMENTS : ARGUMENTS - 1) &&
	       copy(p, p->leave, &p->dst, dst, &p->out, out);
}

/* ---- making one ---- */

brc_rc brc_primitive_begin(brc_primitive *p, brc_err *err)
{
	return brc_dnnl_check(dnnl_engine_create(&p->engine, dnnl_cpu, 0), p->what, err);
}

static dnnl_status_t set_attributes(dnnl_primitive_attr_t attr, const brc_after *after)
{
	dnnl_post_ops_t ops;
	dnnl_status_t s = dnnl_post_ops_create(&ops);

	if (s != dnnl_success)
		return s;
	if (after->accumulate)
		s = dnnl_post_ops_append_sum(ops, 1);
	if (s == dnnl_success && after->bounded)
		s = isinf(after->hi) && after->lo == 0
			    ? dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0)
			    : dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, after->lo,
							   after->hi);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_post_ops(attr, ops);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
	dnnl_post_ops_destroy(ops);
	return s;
}

dnnl_status_t brc_primitive_describe(const brc_primitive *p, const void *op, const brc_after *after,
				     dnnl_primitive_desc_t *pd)
{
	dnnl_primitive_attr_t attr;
	dnnl_status_t s = dnnl_primitive_attr_create(&attr);

	if (s != dnnl_success)
		return s;
	s = set_attributes(attr, after);
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(pd, op, attr, p->engine, NULL);
	dnnl_primitive_attr_destroy(attr);
	return s;
}

/* A primitive that copies from one type and layout into another; NULL when they are the same. */
static dnnl_status_t new_copy(dnnl_primitive_t *copy, dnnl_engine_t engine,
			      const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
	dnnl_primitive_desc_t pd;
	dnnl_status_t s;

	*copy = NULL;
	if (dnnl_memory_desc_equal(from, to))
		return dnnl_success;
	s = dnnl_reorder_primitive_desc_create(&pd, from, engine, to, engine, NULL);
	if (s != dnnl_success)
		return s;
	s = dnnl_primitive_create(copy, pd);
	dnnl_primitive_desc_destroy(pd);
	return s;
}

static size_t padded(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Copies between the graph's layout and oneDNN's, and room for them behind its own scratch. */
static dnnl_status_t set_copies(brc_primitive *p, bool accumulate)
{
	dnnl_status_t s = new_copy(&p->enter, p->engine, &p->in, &p->src);

	if (s == dnnl_success)
		s = new_copy(&p->leave, p->engine, &p->dst, &p->out);
	if (s == dnnl_success && accumulate)
		s = new_copy(&p->meet, p->engine, &p->out, &p->dst);
	p->src_at = padded(dnnl_memory_desc_get_size(&p->scratch));
	p->dst_at = padded(p->src_at + (p->enter ? dnnl_memory_desc_get_size(&p->src) : 0));
	p->scratch_bytes = p->dst_at + (p->leave ? dnnl_memory_desc_get_size(&p->dst) : 0);
	return s;
}

brc_rc brc_primitive_finish(brc_primitive *p, dnnl_primitive_desc_t pd, bool accumulate,
			    brc_err *err)
{
	dnnl_status_t s = dnnl_primitive_create(&p->run, pd);

	p->src = *dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0);
	p->dst = *dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0);
	p->weights = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
	p->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	dnnl_primitive_desc_destroy(pd);
	return brc_dnnl_check(s == dnnl_success ? set_copies(p, accumulate) : s, p->what, err);
}

brc_rc brc_primitive_pack(brc_primitive *p, const dnnl_memory_desc_t *plain, const void *w,
			  brc_err *err)
{
	union {
		const void *given;
		void *taken;
	} from = {.given = w}; /* oneDNN's interface has no const */
	dnnl_primitive_t reorder;
	bool good;

	p->packed = brc_calloc(dnnl_memory_desc_get_size(&p->weights), 1, err);
	BRC_TRY(brc_made(p->packed));
	BRC_TRY(brc_dnnl_check(new_copy(&reorder, p->engine, plain, &p->weights), p->what, err));
	if (!reorder) {
		memcpy(p->packed, w, dnnl_memory_desc_get_size(plain));
		return BRC_OK;
	}
	good = copy(p, reorder, plain, from.taken, &p->weights, p->packed);
	dnnl_primitive_destroy(reorder);
	return good ? BRC_OK : brc_fail(err, BRC_RESOURCE, "out of memory for %s", p->what);
}

void brc_primitive_clear(void *primitive)
{
	brc_primitive *p = primitive;
	dnnl_primitive_t each[] = {p->run, p->enter, p->meet, p->leave};

	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++)
		if (each[i])
			dnnl_primitive_destroy(each[i]);
	if (p->engine)
		dnnl_engine_destroy(p->engine);
	free(p->packed);
	free(p->shift);
}

/* ---- windows ---- */

size_t brc_window_dimensions(const brc_window *w)
{
	return w->in[0] == 1 && w->kernel[0] == 1 && w->out[0] == 1 ? 2 : 3;
}

/* The last ones of `extent`. */
static void copy_dims(const brc_window *w, const size_t *extent, dnnl_dim_t *to)
{
	size_t n = brc_window_dimensions(w);

	for (size_t k = 0; k < n; k++)
		to[k] = (dnnl_dim_t)extent[BRC_SPATIAL - n + k];
}

brc_window_steps brc_window_moves(const brc_window *w)
{
	size_t n = brc_window_dimensions(w);
	brc_window_steps s = {.stride = {0}};

	for (size_t k = 0; k < n; k++) {
		size_t from = BRC_SPATIAL - n + k;

		s.stride[k] = (dnnl_dim_t)w->stride[from];
		s.dilation[k] = (dnnl_dim_t)w->dilation[from] - 1;
		s.begin[k] = (dnnl_dim_t)w->begin[from];
		s.end[k] = (dnnl_dim_t)w->end[from] - (dnnl_dim_t)w->beyond[from];
	}
	return s;
}

dnnl_memory_desc_t brc_window_images(const brc_window *w, size_t channels, const size_t *extent)
{
	dnnl_dims_t dims = {(dnnl_dim_t)w->images, (dnnl_dim_t)channels};
	int n = (int)brc_window_dimensions(w);
	dnnl_memory_desc_t md;

	copy_dims(w, extent, dims + 2);
	dnnl_memory_desc_init_by_tag(&md, 2 + n, dims, dnnl_f32, n == 2 ? dnnl_nhwc : dnnl_ndhwc);
	return md;
}

dnnl_memory_desc_t brc_window_weights(const brc_window *w, size_t groups, size_t outputs,
				      dnnl_data_type_t type, bool any)
{
	dnnl_dims_t dims = {(dnnl_dim_t)groups, (dnnl_dim_t)(outputs / groups),
			    (dnnl_dim_t)(w->channels / groups)};
	int n = (int)brc_window_dimensions(w), grouped = groups > 1;
	dnnl_format_tag_t plain =
		n == 2 ? (grouped ? dnnl_goihw : dnnl_oihw) : (grouped ? dnnl_goidhw : dnnl_oidhw);
	dnnl_memory_desc_t md;

	copy_dims(w, w->kernel, dims + 3);
	dnnl_memory_desc_init_by_tag(&md, 2 + grouped + n, dims + !grouped, type,
				     any ? dnnl_format_tag_any : plain);
	return md;
}
