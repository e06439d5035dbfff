#include "sections/repeats.h"

#include <math.h>

#include "sections/fields.h"

#define FIELD(member, name, dtype, axes, use, ...) \
	BRC_FIELD(brc_repeats, member, name, dtype, axes, use, __VA_ARGS__)
#define COUNT(member) BRC_COUNT(brc_repeats, member)

static const brc_key keys[] = {
	BRC_KEY(brc_repeats, labels, TEXT, NEEDED),
	BRC_KEY(brc_repeats, level, NUMBER, NEEDED),
	BRC_KEY(brc_repeats, copies, COUNT, NEEDED),
};

static const brc_field fields[] = {
	FIELD(statistic, "statistic/name", "|S", "row", OWNED, COUNT(n_stats)),
	FIELD(largest_p, "statistic/largest_p", "<f8", "row", OWNED, COUNT(n_stats)),
	FIELD(of, "finding/statistic", "<i4", "row", OWNED, COUNT(n)),
	FIELD(layer, "finding/layer", "<i4", "row", OWNED, COUNT(n)),
	FIELD(cluster, "finding/cluster", "<i4", "row", OWNED, COUNT(n)),
	FIELD(size, "finding/size", "<i4", "row", OWNED, COUNT(n)),
	FIELD(share, "finding/share", "<f8", "row", OWNED, COUNT(n)),
	FIELD(again, "copy/cluster", "<i4", "row,copy", OWNED, COUNT(n), COUNT(copies)),
	FIELD(jaccard, "copy/jaccard", "<f8", "row,copy", OWNED, COUNT(n), COUNT(copies)),
	FIELD(p, "copy/p", "<f8", "row,copy", OWNED, COUNT(n), COUNT(copies)),
	FIELD(frequency, "unit/frequency", "<f8", "statistic,row", OPTIONAL, COUNT(n_stats),
	      BRC_ALL_UNITS),
};

bool brc_repeats_returned(const brc_repeats *r, size_t i, size_t copy)
{
	return r->p[i * r->copies + copy] <= r->largest_p[r->of[i]];
}

brc_repeats_of brc_repeats_sum(const brc_repeats *r, size_t statistic)
{
	brc_repeats_of of = {.units = brc_layers_total(&r->layers)};
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		if ((size_t)r->of[i] == statistic) {
			of.findings++;
			of.half += r->share[i] >= 0.5;
			sum += r->share[i];
		}
	of.mean = of.findings ? sum / (double)of.findings : NAN;
	for (size_t u = 0; r->frequency && u < of.units; u++) {
		of.always += r->frequency[statistic * of.units + u] >= 1;
		of.ever += r->frequency[statistic * of.units + u] > 0;
	}
	return of;
}

static brc_rc check_copies(const brc_repeats *r, const brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < r->n * r->copies; i++)
		if (r->again[i] < -1 || !(r->jaccard[i] >= 0 && r->jaccard[i] <= 1) ||
		    r->p[i] < 0 || r->p[i] > 1)
			return brc_section_bad(
				s, err, "finding %zu, copy %zu: cluster %d, index %g, p %g",
				i / r->copies, i % r->copies, r->again[i], r->jaccard[i], r->p[i]);
	return BRC_OK;
}

static brc_rc check(const void *of, const brc_section *s, brc_err *err)
{
	const brc_repeats *r = of;

	if (r->copies == 0)
		return brc_section_bad(s, err, "it is of no partition");
	for (size_t i = 0; i < r->n; i++)
		if (r->of[i] < 0 || (size_t)r->of[i] >= r->n_stats || r->layer[i] < 0 ||
		    (size_t)r->layer[i] >= r->layers.n || r->cluster[i] < 0 || r->size[i] < 1 ||
		    !(r->share[i] >= 0 && r->share[i] <= 1))
			return brc_section_bad(s, err,
					       "finding %zu is of statistic %d, layer %d, cluster "
					       "%d with %d units, and has the share %g",
					       i, r->of[i], r->layer[i], r->cluster[i], r->size[i],
					       r->share[i]);
	for (size_t i = 0; r->frequency && i < r->n_stats * brc_layers_total(&r->layers); i++)
		if (!(r->frequency[i] >= 0 && r->frequency[i] <= 1))
			return brc_section_bad(s, err, "a unit has the frequency %g",
					       r->frequency[i]);
	return check_copies(r, s, err);
}

static const brc_content content =
	BRC_CONTENT(brc_repeats, keys, fields, BRC_COUNT(brc_repeats, layers), check);

void brc_repeats_clear(brc_repeats *r)
{
	brc_content_clear(&content, r);
}

brc_rc brc_repeats_read(brc_repeats *r, const brc_section *s, brc_err *err)
{
	*r = (brc_repeats){.n = BRC_ANY, .n_stats = BRC_ANY};
	return brc_content_read(&content, r, s, err);
}

brc_rc brc_repeats_write(const brc_repeats *r, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, r, s, err);
}
