#include "linalg/byte_products.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct brc_byte_products {
	dnnl_engine_t engine;
	dnnl_memory_desc_t a, b, packed, c, scratch;
	dnnl_primitive_t pack, product;
};

bool brc_byte_products_fast(void)
{
	return dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core_amx;
}

static brc_rc check(dnnl_status_t status, brc_err *err)
{
	if (status == dnnl_success)
		return BRC_OK;
	brc_fail(err, BRC_RESOURCE, "products of bytes failed (oneDNN status %d)", (int)status);
	return brc_hint(err, "ONEDNN_MAX_CPU_ISA=AVX512_CORE in the environment takes products in "
			     "single precision");
}

/* The first failure is returned. */
#define TRY(call)                               \
	do {                                    \
		dnnl_status_t status_ = (call); \
		if (status_ != dnnl_success)    \
			return status_;         \
	} while (0)

/*
 * Without matrix units, oneDNN's kernels convert sums through single precision, which holds
 * integers only up to 2^24.
 */
static bool is_exact(const_dnnl_primitive_desc_t pd, dnnl_dim_t depth)
{
	enum { LARGEST = 128 * 128, HELD = 1 << 24 };
	const char *name = "";

	if (depth <= HELD / LARGEST)
		return true;
	return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success &&
	       strstr(name, "amx");
}

/* The product decides in which order B is packed. */
static dnnl_status_t make_with(brc_byte_products *p, dnnl_primitive_attr_t attr)
{
	dnnl_memory_desc_t any;
	dnnl_primitive_desc_t pd;
	dnnl_matmul_desc_t d;
	dnnl_status_t s;

	TRY(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
	TRY(dnnl_memory_desc_init_by_tag(&any, 2, p->b.dims, dnnl_s8, dnnl_format_tag_any));
	TRY(dnnl_matmul_desc_init(&d, &p->a, &any, NULL, &p->c));
	TRY(dnnl_primitive_desc_create(&pd, &d, attr, p->engine, NULL));
	p->packed = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
	p->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	s = is_exact(pd, p->a.dims[1]) ? dnnl_primitive_create(&p->product, pd)
				       : dnnl_unimplemented;
	dnnl_primitive_desc_destroy(pd);
	return s;
}

static dnnl_status_t make_product(brc_byte_products *p)
{
	dnnl_primitive_attr_t attr;
	dnnl_status_t s;

	TRY(dnnl_primitive_attr_create(&attr));
	s = make_with(p, attr);
	dnnl_primitive_attr_destroy(attr);
	return s;
}

static dnnl_status_t make_pack(brc_byte_products *p)
{
	dnnl_primitive_desc_t pd;
	dnnl_status_t s;

	TRY(dnnl_reorder_primitive_desc_create(&pd, &p->b, p->engine, &p->packed, p->engine, NULL));
	s = dnnl_primitive_create(&p->pack, pd);
	dnnl_primitive_desc_destroy(pd);
	return s;
}

static dnnl_status_t make(brc_byte_products *p, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k)
{
	const dnnl_dims_t a = {m, k}, b = {k, n}, c = {m, n};
	const dnnl_dims_t along = {k, 1}, across = {1, k}, rows = {n, 1};

	TRY(dnnl_engine_create(&p->engine, dnnl_cpu, 0));
	TRY(dnnl_memory_desc_init_by_strides(&p->a, 2, a, dnnl_s8, along));
	TRY(dnnl_memory_desc_init_by_strides(&p->b, 2, b, dnnl_s8, across));
	TRY(dnnl_memory_desc_init_by_strides(&p->c, 2, c, dnnl_s32, rows));
	TRY(make_product(p));
	return make_pack(p);
}

brc_rc brc_byte_products_new(brc_byte_products **out, size_t height, size_t width, size_t depth,
			     brc_err *err)
{
	brc_byte_products *p = brc_calloc(1, sizeof(*p), err);
	brc_rc rc;

	*out = NULL;
	BRC_TRY(brc_made(p));
	omp_set_num_threads(1); /* oneDNN plans for as many threads as the caller has */
	rc = check(make(p, (dnnl_dim_t)height, (dnnl_dim_t)width, (dnnl_dim_t)depth), err);
	return BRC_GIVE(out, p, rc, brc_byte_products_free);
}

void brc_byte_products_free(brc_byte_products *p)
{
	if (!p)
		return;
	if (p->product)
		dnnl_primitive_destroy(p->product);
	if (p->pack)
		dnnl_primitive_destroy(p->pack);
	if (p->engine)
		dnnl_engine_destroy(p->engine);
	free(p);
}

size_t brc_byte_products_packed(const brc_byte_products *p)
{
	return dnnl_memory_desc_get_size(&p->packed);
}

size_t brc_byte_products_scratch(const brc_byte_products *p)
{
	return dnnl_memory_desc_get_size(&p->scratch);
}

/* ---- running ---- */

struct operand {
	int arg;
	const dnnl_memory_desc_t *md;
	const void *at;
};

enum { OPERANDS = 4 };

/* It runs in the calling thread, because our own tasks run in parallel. */
static dnnl_status_t execute(const brc_byte_products *p, dnnl_primitive_t what,
			     const struct operand *o, int n)
{
	dnnl_exec_arg_t arg[OPERANDS];
	dnnl_stream_t stream;
	dnnl_status_t s;
	int made = 0;

	omp_set_num_threads(1);
	TRY(dnnl_stream_create(&stream, p->engine, dnnl_stream_default_flags));
	for (s = dnnl_success; s == dnnl_success && made < n; made += s == dnnl_success) {
		arg[made].arg = o[made].arg;
		s = dnnl_memory_create(&arg[made].memory, o[made].md, p->engine,
				       (void *)(uintptr_t)o[made].at);
	}
	if (s == dnnl_success)
		s = dnnl_primitive_execute(what, stream, n, arg);
	if (s == dnnl_success)
		s = dnnl_stream_wait(stream);
	while (made-- > 0)
		dnnl_memory_destroy(arg[made].memory);
	dnnl_stream_destroy(stream);
	return s;
}

brc_rc brc_byte_products_pack(const brc_byte_products *p, const int8_t *b, void *packed,
			      brc_err *err)
{
	const struct operand o[] = {{DNNL_ARG_FROM, &p->b, b}, {DNNL_ARG_TO, &p->packed, packed}};

	return check(execute(p, p->pack, o, 2), err);
}

brc_rc brc_byte_products_run(const brc_byte_products *p, const int8_t *a, const void *packed,
			     int32_t *c, void *scratch, brc_err *err)
{
	const struct operand o[] = {{DNNL_ARG_SRC, &p->a, a},
				    {DNNL_ARG_WEIGHTS, &p->packed, packed},
				    {DNNL_ARG_DST, &p->c, c},
				    {DNNL_ARG_SCRATCHPAD, &p->scratch, scratch}};

	return check(execute(p, p->product, o, OPERANDS), err);
}
