#include "linalg/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_kept_init(brc_kept *p, size_t most, size_t points, size_t k, brc_err *err)
{
	size_t bytes;

	*p = (brc_kept){.most = most, .points = points};
	p->width = k <= UINT8_MAX + 1 ? 1 : k <= UINT16_MAX + 1 ? 2 : 4;
	if (!brc_mul(points, p->width, &bytes))
		return brc_fail(err, BRC_RESOURCE, "%zu labels are too many", points);
	BRC_TRY(BRC_ARRAY(p->label, brc_times(most + 1, bytes), err));
	BRC_TRY(BRC_ARRAY(p->inertia, most, err));
	return BRC_ARRAY(p->restart, most, err);
}

void brc_kept_clear(brc_kept *p)
{
	free(p->label);
	free(p->inertia);
	free(p->restart);
	*p = (brc_kept){0};
}

static unsigned char *packed(const brc_kept *p, size_t i)
{
	return p->label + i * p->points * p->width;
}

static void pack(const brc_kept *p, const int32_t *label, unsigned char *to)
{
	for (size_t i = 0; i < p->points; i++) {
		if (p->width == 1)
			to[i] = (unsigned char)label[i];
		else if (p->width == 2)
			((uint16_t *)(void *)to)[i] = (uint16_t)label[i];
		else
			((int32_t *)(void *)to)[i] = label[i];
	}
}

void brc_kept_labels(const brc_kept *p, size_t i, int32_t *label)
{
	const unsigned char *from = packed(p, i);

	for (size_t v = 0; v < p->points; v++)
		label[v] = p->width == 1   ? from[v]
			   : p->width == 2 ? ((const uint16_t *)(const void *)from)[v]
					   : ((const int32_t *)(const void *)from)[v];
}

/* Entries from `at` on to where those from `from` on are, as many as there are. */
static void shift(brc_kept *p, size_t at, size_t from)
{
	size_t left = p->n - (at > from ? at : from);
	size_t bytes = p->points * p->width;

	memmove(packed(p, at), packed(p, from), left * bytes);
	memmove(p->inertia + at, p->inertia + from, left * sizeof(*p->inertia));
	memmove(p->restart + at, p->restart + from, left * sizeof(*p->restart));
}

/* The same partition among those kept, or n. */
static size_t find(const brc_kept *p, const unsigned char *label, double inertia)
{
	size_t i = 0;

	while (i < p->n && !(p->inertia[i] == inertia &&
			     memcmp(packed(p, i), label, p->points * p->width) == 0))
		i++;
	return i;
}

void brc_kept_add(brc_kept *p, const int32_t *label, double inertia, size_t restart)
{
	unsigned char *one = packed(p, p->most);
	size_t at = 0, same;

	pack(p, label, one);
	same = find(p, one, inertia);
	if (same < p->n) {
		if (p->restart[same] < restart)
			return;
		shift(p, same, same + 1);
		p->n--;
	}
	while (at < p->n && (p->inertia[at] < inertia ||
			     (p->inertia[at] == inertia && p->restart[at] < restart)))
		at++;
	if (at == p->most)
		return;
	if (p->n < p->most)
		p->n++;
	shift(p, at + 1, at);
	memcpy(packed(p, at), one, p->points * p->width);
	p->inertia[at] = inertia;
	p->restart[at] = restart;
}
