#include "data/series/series.h"

#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/series/rows.h"
#include "sections/activations.h"
#include "sections/units.h"
#include "stream/digest.h"
#include "stream/foreign.h"

void brc_series_clear(brc_series *s)
{
	brc_scratch_clear(&s->value);
	brc_name_table_clear(&s->names);
	memset(s, 0, sizeof(*s));
}

/* ---- reading ---- */

/* A file of a kind that is known, but is no table. */
static brc_rc check_kind(const unsigned char *begin, size_t n, const char *file, brc_err *err)
{
	const brc_foreign *is = brc_foreign_of(begin, n);

	if (!is || is->text)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: this is %s, not a table of samples", file, is->name);
	return brc_hint(err, "save the table with numpy.save, or as CSV or TSV");
}

static brc_rc read_rows(brc_rows *r, brc_input *in, const brc_series_options *o, brc_series *s,
			brc_err *err)
{
	const unsigned char *begin;
	size_t n;

	BRC_TRY(brc_input_peek(in, BRC_INPUT_PEEK, &begin, &n, err));
	if (brc_npy_magic(begin, n))
		return brc_rows_of_npy(r, in, err);
	BRC_TRY(check_kind(begin, n, r->file, err));
	return brc_rows_of_text(r, in, o->head, &s->counts, err);
}

brc_rc brc_series_read(brc_series *s, const char *path, const brc_series_options *o, brc_err *err)
{
	brc_rows r = {.mem = o->mem, .units_down = o->transposed};
	brc_input *in;
	brc_rc rc;

	memset(s, 0, sizeof(*s));
	BRC_TRY(brc_input_open(&in, path, err));
	r.file = brc_input_name(in);
	rc = read_rows(&r, in, o, s, err);
	BRC_THEN(rc, brc_rows_end(&r, s, err));
	brc_rows_clear(&r);
	brc_input_free(in);
	return rc;
}

/* ---- writing ---- */

static brc_rc record(const brc_series *s, brc_filter *f, brc_err *err)
{
	brc_section_digest *d = brc_section_digest_new(err);
	char hex[33];

	BRC_TRY(brc_made(d));
	for (size_t u = 0; u < s->names.n; u++)
		brc_section_digest_bytes(d, s->names.name[u], strlen(s->names.name[u]) + 1);
	brc_section_digest_bytes(d, s->value.data, s->samples * s->units * sizeof(float));
	brc_section_digest_hex(d, hex);
	brc_section_digest_free(d);
	return brc_filter_side_digest(f, "TABLE", hex, err);
}

brc_rc brc_series_write(const brc_series *s, const char *name, brc_filter *f, brc_err *err)
{
	static char series[] = "series", nothing[] = "";
	const char *const layer = series;
	char *kind = series, *untraced = nothing;
	brc_role role = BRC_ROLE_HIDDEN;
	int32_t edge = 0; /* there is none */
	brc_units u = {.role = &role,
		       .kind = &kind,
		       .untraced = &untraced,
		       .from = &edge,
		       .to = &edge,
		       .unit_name = s->names.n > 0 ? s->names.name : NULL};
	brc_activations a = {.samples = s->samples, .value = s->value.data, .of = "series"};
	brc_rc rc = brc_layers_init(&u.layers, 1, &layer, &s->units, err);

	a.layers = u.layers;
	BRC_THEN(rc, brc_filter_make(f, "units", name, brc_units_write, &u, err));
	BRC_THEN(rc, brc_filter_make(f, "activations", name, brc_activations_write, &a, err));
	BRC_THEN(rc, record(s, f, err));
	brc_layers_clear(&u.layers);
	return rc;
}

void brc_series_tell(const brc_series *s, const brc_cli *cli)
{
	brc_cli_note(cli, "%zu samples of %zu units%s", s->samples, s->units,
		     s->names.n > 0 ? "" : " without names");
	if (s->counts)
		brc_cli_note(cli, "the first line counts upwards and is read as a sample; --header "
				  "yes reads it as names");
}
