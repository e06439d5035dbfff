#include "exec/operators/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/primitive.h"

enum { ALIGN = 64 };

struct brc_packed {
	dnnl_engine_t engine;
	dnnl_primitive_t primitive, enter; /* enter: x to what the primitive takes, or NULL */
	dnnl_memory_desc_t in, src, dst, weights, scratch;
	size_t src_at; /* of the copy of x, in the scratch memory */
	void *w;
};

static const char what[] = "a matrix product";

void brc_packed_free(void *at)
{
	brc_packed *p = at;

	if (!p)
		return;
	if (p->primitive)
		dnnl_primitive_destroy(p->primitive);
	if (p->enter)
		dnnl_primitive_destroy(p->enter);
	if (p->engine)
		dnnl_engine_destroy(p->engine);
	free(p->w);
	free(p);
}

static dnnl_memory_desc_t matrix(size_t rows, size_t columns, dnnl_data_type_t type,
				 dnnl_format_tag_t tag)
{
	dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
	dnnl_memory_desc_t md;

	dnnl_memory_desc_init_by_tag(&md, 2, dims, type, tag);
	return md;
}

static dnnl_status_t describe(const brc_packed *p, const dnnl_memory_desc_t *src,
			      const dnnl_memory_desc_t *weights, bool accumulate,
			      dnnl_primitive_desc_t *pd)
{
	dnnl_inner_product_desc_t d;
	dnnl_primitive_attr_t attr;
	dnnl_post_ops_t ops;
	dnnl_status_t s = dnnl_inner_product_forward_desc_init(&d, dnnl_forward_inference, src,
							       weights, NULL, &p->dst);

	if (s != dnnl_success)
		return s;
	s = dnnl_primitive_attr_create(&attr);
	if (s != dnnl_success)
		return s;
	s = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
	if (s == dnnl_success && accumulate) {
		s = dnnl_post_ops_create(&ops);
		if (s == dnnl_success) {
			dnnl_post_ops_append_sum(ops, 1);
			s = dnnl_primitive_attr_set_post_ops(attr, ops);
			dnnl_post_ops_destroy(ops);
		}
	}
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(pd, &d, attr, p->engine, NULL);
	dnnl_primitive_attr_destroy(attr);
	return s;
}

static brc_rc pack(brc_packed *p, const dnnl_memory_desc_t *plain, const void *w, brc_err *err)
{
	union {
		const void *given;
		void *taken;
	} from = {.given = w}; /* oneDNN's interface has no const */
	dnnl_primitive_t reorder;
	bool good;

	p->w = brc_calloc(dnnl_memory_desc_get_size(&p->weights), 1, err);
	if (!p->w)
		return BRC_RESOURCE;
	BRC_TRY(brc_dnnl_check(brc_dnnl_reorder(&reorder, p->engine, plain, &p->weights), what,
			       err));
	if (!reorder) {
		memcpy(p->w, w, dnnl_memory_desc_get_size(plain));
		return BRC_OK;
	}
	good = brc_dnnl_copy(p->engine, reorder, plain, from.taken, &p->weights, p->w);
	dnnl_primitive_destroy(reorder);
	return good ? BRC_OK : brc_fail(err, BRC_RESOURCE, "out of memory for %s", what);
}

static brc_rc prepare(brc_packed *p, const dnnl_memory_desc_t *plain, const void *w,
		      bool accumulate, dnnl_data_type_t type, brc_err *err)
{
	dnnl_dim_t m = p->in.dims[0], k = p->in.dims[1], n = plain->dims[0];
	dnnl_memory_desc_t any = matrix((size_t)n, (size_t)k, type, dnnl_format_tag_any);
	dnnl_primitive_desc_t pd;
	size_t at;
	brc_rc rc;

	p->src = matrix((size_t)m, (size_t)k, type, dnnl_ab);
	BRC_TRY(brc_dnnl_check(dnnl_engine_create(&p->engine, dnnl_cpu, 0), what, err));
	BRC_TRY(brc_dnnl_check(describe(p, &p->src, &any, accumulate, &pd), what, err));
	p->weights = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
	p->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	rc = brc_dnnl_check(dnnl_primitive_create(&p->primitive, pd), what, err);
	dnnl_primitive_desc_destroy(pd);
	BRC_TRY(rc);
	BRC_TRY(brc_dnnl_check(brc_dnnl_reorder(&p->enter, p->engine, &p->in, &p->src), what, err));
	at = dnnl_memory_desc_get_size(&p->scratch);
	p->src_at = (at + ALIGN - 1) / ALIGN * ALIGN;
	return pack(p, plain, w, err);
}

brc_rc brc_packed_new(brc_packed **out, size_t m, size_t k, size_t n, const void *w,
		      bool transposed, bool accumulate, brc_precision precision, brc_err *err)
{
	brc_packed *p = brc_calloc(1, sizeof(*p), err);
	dnnl_memory_desc_t plain = matrix(n, k, dnnl_f32, transposed ? dnnl_ab : dnnl_ba);
	brc_rc rc;

	*out = NULL;
	if (!p)
		return BRC_RESOURCE;
	p->in = matrix(m, k, dnnl_f32, dnnl_ab);
	p->dst = matrix(m, n, dnnl_f32, dnnl_ab);
	rc = prepare(p, &plain, w, accumulate,
		     precision == BRC_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32, err);
	if (rc == BRC_OK)
		*out = p;
	else
		brc_packed_free(p);
	return rc;
}

size_t brc_packed_scratch(const brc_packed *p)
{
	return p->src_at + (p->enter ? dnnl_memory_desc_get_size(&p->src) : 0);
}

bool brc_packed_run(const brc_packed *p, void *x, void *y, void *scratch)
{
	void *src = p->enter ? (char *)scratch + p->src_at : x;
	const brc_dnnl_arg arg[] = {
		{DNNL_ARG_SRC, &p->src, src},
		{DNNL_ARG_WEIGHTS, &p->weights, p->w},
		{DNNL_ARG_DST, &p->dst, y},
		{DNNL_ARG_SCRATCHPAD, &p->scratch, scratch},
	};

	if (p->enter && !brc_dnnl_copy(p->engine, p->enter, &p->in, x, &p->src, src))
		return false;
	return brc_dnnl_run(p->engine, p->primitive, arg, sizeof(arg) / sizeof(*arg));
}
