/*
 * Correlations of ranks are computed as products of integers. Twice a centred mid-rank is an
 * integer q, |q| < samples; with q = 256 h + l, both signed bytes,
 *     sum q q' = 65536 sum h h' + 256 sum (h l' + l h') + sum l l'
 * is exact: four products of matrices of bytes with sums in 32-bit integers.
 */
#include <string.h>

#include "linalg/correlation_tile.h"
#include "linalg/lanes.h"

enum { HIGH, LOW, PLANES };

/* High or low bytes of `count` columns, without gaps. */
static void gather(const brc_correlation *c, size_t first, size_t count, int which, int8_t *out)
{
	const char *z = (const char *)c->z.data + (which == LOW ? c->stride : 0);

	for (size_t u = first; u < first + count; u++, out += c->stride)
		memcpy(out, z + u * c->pitch, c->stride);
}

/* Tiles come column by column, so that several tiles use the same packed bytes. */
static brc_rc pack(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *r, brc_err *err)
{
	size_t bytes = brc_byte_products_packed(t->bytes);

	if (r->packed_for == q->b)
		return BRC_OK;
	for (int p = 0; p < PLANES; p++) {
		gather(t->c, q->b, q->cols, p, r->gathered);
		BRC_TRY(brc_byte_products_pack(t->bytes, r->gathered,
					       (char *)r->packed + (size_t)p * bytes, err));
	}
	r->packed_for = q->b;
	return BRC_OK;
}

/* Four products: high and low bytes of columns a with high and low ones of columns b. */
static brc_rc multiply(const brc_corr_tiles *t, brc_corr_room *r, brc_err *err)
{
	int32_t *sum = r->sum;

	for (int a = 0; a < PLANES; a++)
		for (int b = 0; b < PLANES; b++, sum += t->strip * t->width)
			BRC_TRY(brc_byte_products_run(
				t->bytes, r->gathered + (size_t)a * t->strip * t->c->stride,
				(char *)r->packed + (size_t)b * brc_byte_products_packed(t->bytes),
				sum, r->scratch, err));
	return BRC_OK;
}

/* The products of one row. Its column's norm is 1 / scale, and the products are `size` apart. */
#define EDGES(name, real)                                                                   \
	BRC_FOR_EACH_PROCESSOR                                                              \
	static void name(const int32_t *sum, size_t size, size_t n, double scale,           \
			 const double *scales, brc_corr_edge edge, real *out)               \
	{                                                                                   \
		const int32_t *hh = sum, *hl = hh + size, *lh = hl + size, *ll = lh + size; \
		for (size_t j = 0; j < n; j++) {                                            \
			double qq = 65536.0 * hh[j] + 256.0 * (hl[j] + lh[j]) + ll[j];      \
			out[j] = (real)brc_corr_edge_of(qq * (scale * scales[j]), edge);    \
		}                                                                           \
	}
EDGES(edges_single, float)
EDGES(edges_double, double)

/* The products of rows `first` and on of the tile. The rest of their strip is not used. */
static void strip_edges(const brc_corr_tiles *t, const brc_corr_tile *q, size_t first, size_t rows,
			brc_corr_room *r)
{
	const brc_correlation *c = t->c;
	const double *scales = c->scale + q->b;
	size_t size = t->strip * t->width;

	for (size_t i = 0; i < rows; i++) {
		const int32_t *sum = (const int32_t *)r->sum + i * t->width;
		double scale = c->scale[q->a + first + i];
		size_t at = (first + i) * q->cols;

		if (c->wide)
			edges_double(sum, size, q->cols, scale, scales, t->edge,
				     (double *)r->edge + at);
		else
			edges_single(sum, size, q->cols, scale, scales, t->edge,
				     (float *)r->edge + at);
	}
}

brc_rc brc_corr_tile_exact(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *r,
			   brc_err *err)
{
	size_t plane = t->strip * t->c->stride;

	BRC_TRY(pack(t, q, r, err));
	for (size_t first = 0; first < q->rows; first += t->strip) {
		size_t left = q->rows - first, rows = left < t->strip ? left : t->strip;

		for (int p = 0; p < PLANES; p++)
			gather(t->c, q->a + first, rows, p, r->gathered + (size_t)p * plane);
		BRC_TRY(multiply(t, r, err));
		strip_edges(t, q, first, rows, r);
	}
	return BRC_OK;
}
