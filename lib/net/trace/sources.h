/*
 * Where the elements of a value come from: a set of units for each element. It is stored only along
 * the dimensions in which it varies, so a feature map of C channels takes C numbers. Internal to
 * lib/net.
 */
#ifndef BRC_NET_TRACE_SOURCES_H
#define BRC_NET_TRACE_SOURCES_H

#include "exec/nodes.h"
#include "net/trace/unit_sets.h"

typedef struct brc_sources {
	size_t ndim, ext[BRC_MAX_DIMS]; /* extent of the value, or 1 where nothing varies */
	int32_t *set;                   /* [product of ext], row-major; owned */
	size_t n;
	size_t untraced; /* node behind which units cannot be told apart, or BRC_NOWHERE: they can
			  */
	bool statistic;  /* a mean or the like over units */
	size_t map[2];   /* height and width of a channel, before it became features */
} brc_sources;

/* Functions that make `s` leave nothing in it to clear if they fail. */

/* Set 0 at ndim extents. BRC_DATA when there are too many elements, here and below. */
brc_rc brc_sources_blank(brc_sources *s, size_t ndim, const size_t *ext, brc_err *err);
/* The same set everywhere in v. */
brc_rc brc_sources_uniform(brc_sources *s, const brc_operand *v, int32_t set, brc_err *err);
/*
 * Set 0 at each index of dimension `axis`. BRC_NOWHERE: at each element behind dimension 0;
 * v->ndim: everywhere.
 */
brc_rc brc_sources_axis(brc_sources *s, const brc_operand *v, size_t axis, brc_err *err);
/* Unit i of the layer there, in order. */
brc_rc brc_sources_units(brc_sources *s, const brc_operand *v, size_t axis, int32_t layer,
			 brc_unit_sets *sets, brc_err *err);
/* Note height and width of the channels of v, [images, channels, ...]. */
void brc_sources_note_map(brc_sources *s, const brc_operand *v);
brc_rc brc_sources_dup(brc_sources *s, const brc_sources *from, brc_err *err);
void brc_sources_clear(brc_sources *s);

/*
 * Strides of extents ext[ndim], aligned to the right with `out` dimensions: 0 where an extent is 1
 * or missing.
 */
void brc_sources_strides(const size_t *ext, size_t ndim, size_t out, size_t *stride);
/* The next index[ndim] within ext, row-major, and the offset of that index by stride in *at. */
void brc_sources_advance(size_t *index, const size_t *ext, size_t ndim, const size_t *stride,
			 size_t *at);

/* All of v's elements, row-major: out[v->count]. */
void brc_sources_spread(const brc_sources *s, const brc_operand *v, int32_t *out);
/* The other way round: s = the sets in[v->count], without dimensions that do not matter. */
brc_rc brc_sources_gather(brc_sources *s, const brc_operand *v, int32_t *in, brc_err *err);

/* out[extent of dimension axis]: either of all sets at each index. */
brc_rc brc_sources_along(const brc_sources *s, const brc_operand *v, size_t axis,
			 brc_unit_sets *sets, int32_t *out, brc_err *err);
/* *set: either of all of them. */
brc_rc brc_sources_all(const brc_sources *s, brc_unit_sets *sets, int32_t *set, brc_err *err);
/* Unite the sets along the dimensions in `axes` (bit k: dimension k). These dimensions stay. */
brc_rc brc_sources_flatten(brc_sources *s, size_t axes, brc_unit_sets *sets, brc_err *err);

#endif
