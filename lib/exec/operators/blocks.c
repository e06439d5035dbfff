/* DepthToSpace and SpaceToDepth: channels become blocks of places, and the other way round. */
#include "exec/operators/copies.h"

typedef enum variant { TO_SPACE, TO_DEPTH } variant;

enum { DCR, CRD };

/*
 * The six extents of the wider form: images, channels, and those of height and width, each with
 * its place within a block: N, C, H, h, W, w. Strides of both forms, as if row-major.
 */
typedef struct form {
	size_t dim[6];
	ptrdiff_t deep[6], wide[6]; /* deep: the blocks are channels */
} form;

static void set_strides(form *f, size_t side, size_t mode)
{
	ptrdiff_t c = (ptrdiff_t)f->dim[1], h = (ptrdiff_t)f->dim[2], w = (ptrdiff_t)f->dim[4];
	ptrdiff_t b = (ptrdiff_t)side, plane = h * w;

	f->deep[0] = c * b * b * plane;
	f->deep[1] = mode == DCR ? plane : b * b * plane;
	f->deep[2] = w;
	f->deep[3] = mode == DCR ? b * c * plane : b * plane;
	f->deep[4] = 1;
	f->deep[5] = mode == DCR ? c * plane : plane;
	f->wide[0] = c * b * b * plane;
	f->wide[1] = b * b * plane;
	f->wide[2] = b * b * w;
	f->wide[3] = b * w;
	f->wide[4] = b;
	f->wide[5] = 1;
}

static brc_rc set_form(const brc_node *n, const brc_operand *x, form *f, brc_err *err)
{
	const brc_block_args *a = n->args;
	size_t b = (size_t)a->blocksize;
	bool fits = x->ndim == 4 && a->blocksize > 0 && a->blocksize <= INT16_MAX;

	if (fits && n->op->variant == TO_SPACE)
		fits = x->dim[1] % (b * b) == 0;
	else if (fits)
		fits = x->dim[2] % b == 0 && x->dim[3] % b == 0;
	if (!fits)
		return brc_fail(err, BRC_DATA, "its blocksize %lld does not fit %s",
				(long long)a->blocksize, brc_shape_text(x).s);
	*f = (form){.dim = {x->dim[0], x->dim[1], x->dim[2], b, x->dim[3], b}};
	if (n->op->variant == TO_SPACE) {
		f->dim[1] /= b * b;
	} else {
		f->dim[2] /= b;
		f->dim[4] /= b;
	}
	set_strides(f, b, a->mode);
	return BRC_OK;
}

static brc_rc infer_blocks(brc_exec *g, brc_node *n, brc_err *err)
{
	bool space = n->op->variant == TO_SPACE;
	brc_loops t = {.arrays = 2, .ndim = 6};
	const brc_operand *x;
	brc_operand out;
	form f;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(set_form(n, x, &f, err));
	for (size_t k = 1; k < 4; k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	for (size_t k = 0; k < 6; k++) {
		t.dim[k] = f.dim[k];
		t.stride[0][k] = space ? f.wide[k] : f.deep[k];
		t.stride[1][k] = space ? f.deep[k] : f.wide[k];
	}
	out = *x;
	out.dim[1] = space ? f.dim[1] : f.dim[1] * f.dim[3] * f.dim[5];
	out.dim[2] = space ? f.dim[2] * f.dim[3] : f.dim[2];
	out.dim[3] = space ? f.dim[4] * f.dim[5] : f.dim[4];
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return brc_copies_set(g, n, &t, err);
}

#define SIDE BRC_ATTR_INT("blocksize", brc_block_args, blocksize, 0)
#define RECORD(TYPE, VARIANT, ...)                                                               \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_blocks, brc_copies_run, PLAIN, MOVE, __VA_ARGS__, \
	       .variant = VARIANT)

const brc_op brc_blocks_ops[] = {
	RECORD("DepthToSpace", TO_SPACE,
	       BRC_ARGS(brc_block_args, SIDE,
			BRC_ATTR_CHOICE("mode", brc_block_args, mode, DCR, "DCR", "CRD"))),
	RECORD("SpaceToDepth", TO_DEPTH, BRC_ARGS(brc_block_args, SIDE)),
	{.type = NULL},
};
