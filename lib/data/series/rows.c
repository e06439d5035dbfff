#include "data/series/rows.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "stream/layers.h"

enum {
	FIRST_VALUES = 1 << 18, /* for which there is room at first */
	FEWEST_STEPS = 256,     /* of single precision between the least and the largest value */
	TILE = 64               /* values each way, when rows become columns */
};

void brc_rows_clear(brc_rows *r)
{
	brc_scratch_clear(&r->value);
	brc_name_table_clear(&r->names);
	free(r->extent);
	memset(r, 0, sizeof(*r));
}

brc_rc brc_rows_begin(brc_rows *r, size_t width, brc_err *err)
{
	size_t units = r->units_down ? 1 : width;

	if (width == 0)
		return brc_fail(err, BRC_DATA, "%s: the table is empty", r->file);
	if (width > (r->units_down ? INT32_MAX : BRC_UNITS_MAX))
		return brc_fail(err, BRC_DATA, "%s: %zu columns are too many", r->file, width);
	r->width = width;
	r->names.mem = r->mem;
	BRC_TRY(brc_mem_need(brc_times(width, sizeof(double) + sizeof(*r->extent)), r->mem,
			     "a row of the table", err));
	BRC_TRY(BRC_ARRAY(r->extent, units, err));
	for (size_t u = 0; u < units; u++)
		r->extent[u] = (brc_extent){INFINITY, -INFINITY, false};
	return BRC_OK;
}

/* ---- messages ---- */

/* " (V1)", if the unit has a name. */
static const char *name_of(const brc_rows *r, size_t unit, char *buf, size_t cap)
{
	buf[0] = '\0';
	if (unit < r->names.n)
		snprintf(buf, cap, " (%s)", r->names.name[unit]);
	return buf;
}

brc_rc brc_rows_bad(const brc_rows *r, size_t i, brc_err *err, const char *fmt, ...)
{
	char what[600], name[160];
	size_t row = r->turned ? i : r->n, column = r->turned ? r->n : i;
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	name_of(r, r->units_down ? r->n : i, name, sizeof(name));
	if (r->line != 0)
		return brc_fail(err, BRC_DATA, "%s: line %zu, column %zu%s: %s", r->file, r->line,
				r->before + i + 1, name, what);
	return brc_fail(err, BRC_DATA, "%s: row %zu, column %zu (from 0): %s", r->file, row, column,
			what);
}

brc_rc brc_rows_name(brc_rows *r, const char *name, size_t column, brc_err *err)
{
	size_t number, known = r->names.n;
	brc_rc rc = BRC_OK;

	if (*name == '\0')
		rc = brc_fail(err, BRC_DATA, "the name is empty");
	else if (!brc_utf8_valid(name) || brc_has_control(name))
		rc = brc_fail(err, BRC_DATA, "the name is not text in UTF-8");
	BRC_THEN(rc, brc_name_table_add(&r->names, name, &number, err));
	if (rc == BRC_OK && r->names.n == known)
		rc = brc_fail(err, BRC_DATA, "the name '%s' stands there again", name);
	return rc == BRC_DATA
		       ? brc_err_prefix(err, "%s: line %zu, column %zu", r->file, r->line, column)
		       : rc;
}

/* ---- rows ---- */

static size_t limit_of(const brc_rows *r)
{
	return r->mem != 0 ? r->mem : brc_mem_available() / 8 * 7;
}

/* Room for another row: twice as much, in a file once both together exceed the memory. */
static brc_rc more_room(brc_rows *r, brc_err *err)
{
	size_t cap = r->cap > 0 ? 2 * r->cap : FIRST_VALUES / r->width + 1, bytes;
	brc_scratch value;

	if (!brc_mul(cap, r->width, &bytes) || !brc_mul(bytes, sizeof(float), &bytes))
		return brc_fail(err, BRC_RESOURCE, "%s: more values than memory can hold", r->file);
	BRC_TRY(brc_scratch_init(&value, bytes, bytes > limit_of(r) / 3 * 2, "samples", err));
	if (r->n > 0)
		memcpy(value.data, r->value.data, r->n * r->width * sizeof(float));
	brc_scratch_clear(&r->value);
	r->value = value;
	r->cap = cap;
	return BRC_OK;
}

static brc_rc take_value(brc_rows *r, size_t i, double v, float *out, brc_err *err)
{
	brc_extent *e = &r->extent[r->units_down ? 0 : i];

	if (!isfinite(v))
		return brc_rows_bad(r, i, err,
				    isnan(v) ? "the value is missing (NaN)"
					     : "the value is infinite");
	if (!(fabs(v) <= FLT_MAX))
		return brc_rows_bad(r, i, err, "%g is too large for single precision", v);
	*out = (float)v;
	e->low = v < e->low ? v : e->low;
	e->high = v > e->high ? v : e->high;
	e->rounded |= (double)*out != v;
	return BRC_OK;
}

/*
 * Correlations are the same for values and for their differences from any constant. Far from 0
 * single precision has few steps, so that different values become equal.
 */
static brc_rc check_steps(const brc_rows *r, const brc_extent *e, size_t unit, brc_err *err)
{
	double most = fmax(fabs(e->low), fabs(e->high));
	double step = (double)nextafterf((float)most, INFINITY) - (double)(float)most;
	char name[160];

	if (!e->rounded || e->high <= e->low || e->high - e->low >= FEWEST_STEPS * step)
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "%s: unit %zu%s: values from %.9g to %.9g are too close to each other for single "
		 "precision, whose steps are %.2g there",
		 r->file, unit, name_of(r, unit, name, sizeof(name)), e->low, e->high, step);
	return brc_hint(err, "subtract the mean of each unit first; correlations stay the same");
}

brc_rc brc_rows_add(brc_rows *r, const double *v, brc_err *err)
{
	float *row;

	if (r->n == (r->units_down ? BRC_UNITS_MAX : INT32_MAX))
		return brc_fail(err, BRC_DATA, "%s: more than %zu rows", r->file, r->n);
	if (r->n == r->cap)
		BRC_TRY(more_room(r, err));
	row = (float *)r->value.data + r->n * r->width;
	for (size_t i = 0; i < r->width; i++)
		BRC_TRY(take_value(r, i, v[i], &row[i], err));
	if (r->units_down) {
		BRC_TRY(check_steps(r, r->extent, r->n, err));
		*r->extent = (brc_extent){INFINITY, -INFINITY, false};
	}
	r->n++;
	return BRC_OK;
}

/* ---- the end ---- */

static void turn(const float *in, size_t rows, size_t columns, float *out)
{
	for (size_t r0 = 0; r0 < rows; r0 += TILE)
		for (size_t c0 = 0; c0 < columns; c0 += TILE)
			for (size_t c = c0; c < columns && c < c0 + TILE; c++)
				for (size_t r = r0; r < rows && r < r0 + TILE; r++)
					out[c * rows + r] = in[r * columns + c];
}

static brc_rc check_extents(const brc_rows *r, size_t samples, size_t units, brc_err *err)
{
	if (samples < 2 || units < 2) {
		brc_fail(err, BRC_DATA, "%s: %zu sample%s of %zu unit%s: two of each are the least",
			 r->file, samples, samples == 1 ? "" : "s", units, units == 1 ? "" : "s");
		return brc_hint(err, "rows are samples and columns units; with --transpose the "
				     "other way round");
	}
	for (size_t u = 0; !r->units_down && u < units; u++)
		BRC_TRY(check_steps(r, &r->extent[u], u, err));
	return BRC_OK;
}

brc_rc brc_rows_end(brc_rows *r, brc_series *s, brc_err *err)
{
	size_t samples = r->units_down ? r->width : r->n, units = r->units_down ? r->n : r->width;
	size_t bytes = samples * units * sizeof(float);

	BRC_TRY(check_extents(r, samples, units, err));
	if (r->units_down) {
		BRC_TRY(brc_scratch_init(&s->value, bytes, bytes > limit_of(r) / 2, "samples",
					 err));
		turn(r->value.data, units, samples, s->value.data);
	} else {
		s->value = r->value;
		memset(&r->value, 0, sizeof(r->value));
	}
	s->samples = samples;
	s->units = units;
	s->names = r->names;
	memset(&r->names, 0, sizeof(r->names));
	return BRC_OK;
}
