#include "sections/image_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/dataset_inputs.h"
#include "stream/digest.h"

enum { HEX = 16, SKETCH_TEXT = BRC_IMAGE_SKETCH * HEX + 1 };

/* ---- making ---- */

/* The place of a hash in the sketch: the first that is not smaller. */
static size_t place_of(const brc_image_set *s, uint64_t hash)
{
	size_t lo = 0, hi = s->n_sketch;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->sketch[mid] < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void brc_image_set_add(brc_image_set *set, const uint64_t hash[2])
{
	const size_t at = place_of(set, hash[0]);
	size_t moved;

	set->n++;
	set->sum[0] += hash[0];
	set->sum[1] += hash[1];
	if (at == BRC_IMAGE_SKETCH || (at < set->n_sketch && set->sketch[at] == hash[0]))
		return;
	if (set->n_sketch < BRC_IMAGE_SKETCH)
		set->n_sketch++;
	moved = set->n_sketch - 1 - at;
	memmove(set->sketch + at + 1, set->sketch + at, moved * sizeof(*set->sketch));
	set->sketch[at] = hash[0];
}

static void hash_image(const brc_dataset *d, size_t image, brc_section_digest *digest,
		       uint64_t hash[2])
{
	const size_t size = d->pixel == BRC_PIXEL_U1 ? 1 : 4, bytes = d->pixels * size;

	brc_section_digest_reset(digest);
	brc_section_digest_bytes(digest, (const char *)d->image + image * bytes, bytes);
	for (size_t i = 0; i < d->n_inputs; i++) {
		const brc_dataset_input *x = &d->input[i];

		if (!x->shared)
			brc_section_digest_bytes(
				digest, (const char *)x->data + image * x->count * 4, x->count * 4);
	}
	brc_section_digest_numbers(digest, hash);
}

brc_rc brc_image_set_of(brc_image_set *set, const brc_dataset *d, const size_t *sample, size_t n,
			brc_err *err)
{
	brc_section_digest *digest = brc_section_digest_new(err);

	memset(set, 0, sizeof(*set));
	if (!digest)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		uint64_t hash[2];

		hash_image(d, sample ? sample[i] : i, digest, hash);
		brc_image_set_add(set, hash);
	}
	brc_section_digest_free(digest);
	return BRC_OK;
}

/* ---- in the history ---- */

brc_map *brc_image_set_map(const brc_image_set *set)
{
	brc_map *m = brc_map_new();
	char *text = malloc(SKETCH_TEXT), digest[2 * HEX + 1];

	if (!m || !text) {
		brc_map_free(m);
		free(text);
		return NULL;
	}
	snprintf(digest, sizeof(digest), "%016llx%016llx", (unsigned long long)set->sum[1],
		 (unsigned long long)set->sum[0]);
	text[0] = '\0';
	for (size_t i = 0; i < set->n_sketch; i++)
		snprintf(text + i * HEX, HEX + 1, "%016llx", (unsigned long long)set->sketch[i]);
	brc_map_put_int(m, "count", (int64_t)set->n);
	brc_map_put_string(m, "digest", digest);
	brc_map_put_string(m, "sketch", text);
	free(text);
	return m;
}

static bool read_hex(const char *text, uint64_t *v)
{
	char word[HEX + 1] = "";

	memcpy(word, text, HEX);
	*v = strtoull(word, NULL, 16);
	return strspn(word, "0123456789abcdef") == HEX;
}

bool brc_image_set_read(brc_image_set *set, const brc_map *m)
{
	const char *digest = brc_map_string(m, "digest", ""),
		   *sketch = brc_map_string(m, "sketch", "");
	const size_t digits = strlen(sketch);

	memset(set, 0, sizeof(*set));
	if (!brc_map_size(m, "count", &set->n) || strlen(digest) != 2 * HEX ||
	    !read_hex(digest, &set->sum[1]) || !read_hex(digest + HEX, &set->sum[0]) ||
	    digits % HEX != 0 || digits / HEX > BRC_IMAGE_SKETCH || digits / HEX > set->n ||
	    digits == 0)
		return false;
	for (size_t i = 0; i < digits / HEX; i++, set->n_sketch++)
		if (!read_hex(sketch + i * HEX, &set->sketch[i]) ||
		    (i > 0 && set->sketch[i] <= set->sketch[i - 1]))
			return false;
	return true;
}

/* ---- two sets ---- */

bool brc_image_set_same(const brc_image_set *a, const brc_image_set *b)
{
	return a->n == b->n && a->sum[0] == b->sum[0] && a->sum[1] == b->sum[1];
}

/* The last hash up to which the sketch has all hashes. */
static uint64_t end_of(const brc_image_set *s)
{
	return s->n_sketch < BRC_IMAGE_SKETCH ? UINT64_MAX : s->sketch[BRC_IMAGE_SKETCH - 1];
}

double brc_image_set_share(const brc_image_set *of, const brc_image_set *in, bool *exact,
			   size_t *common)
{
	const uint64_t end = end_of(of) < end_of(in) ? end_of(of) : end_of(in);
	size_t n = 0;

	*exact = end == UINT64_MAX;
	*common = 0;
	for (size_t i = 0; i < of->n_sketch && of->sketch[i] <= end; i++, n++) {
		const size_t at = place_of(in, of->sketch[i]);

		*common += at < in->n_sketch && in->sketch[at] == of->sketch[i];
	}
	return n > 0 ? (double)*common / (double)n : NAN;
}
