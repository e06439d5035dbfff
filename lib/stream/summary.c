#include "stream/summary.h"

#include <string.h>
#include <zstd.h>

#include "stream/collect.h"
#include "stream/crc32c.h"

#define DETAIL_MEMORY ((size_t)64 << 20) /* of a section, before it goes to a file */

struct summary {
	brc_summary_format format;
	brc_str *out;
	brc_summary_counts *counts;
	bool first_section, first_tensor, in_history;
	size_t records;
	const brc_summary_detail *detail;
	brc_collector *collector; /* of the sections that it is of */
	bool collecting;
};

static void text_shape(const brc_tensor *t, brc_str *out)
{
	for (size_t i = 0; i < t->ndim; i++)
		brc_str_addf(out, "%s%zu %s", i > 0 ? " x " : "", t->shape[i], t->axes[i]);
	if (t->ndim == 0)
		brc_str_add(out, "scalar");
}

static void text_tensor(const brc_tensor *t, brc_str *out)
{
	char size[32];
	brc_str shape = {0};

	text_shape(t, &shape);
	brc_str_addf(out, "  %-24s %-6s %-40s %s\n", t->name, t->dtype, shape.s ? shape.s : "",
		     brc_human_bytes((double)brc_tensor_bytes(t), size));
	brc_str_free(&shape);
}

/* A map as one printable line. */
static void text_map(const char *prefix, const brc_map *m, brc_str *out)
{
	brc_str json = {0};

	brc_map_json(m, &json);
	brc_str_addf(out, "%s%s\n", prefix, json.s ? json.s : "{}");
	brc_str_free(&json);
}

static void begin_section(struct summary *s, const brc_reader *r, const brc_frame *f)
{
	s->counts->sections++;
	s->first_tensor = true;
	s->records = 0;
	if (s->format == BRC_SUMMARY_TEXT) {
		brc_str_addf(s->out, "%s/%u %s\n", r->type, r->version, r->name);
	} else if (s->format == BRC_SUMMARY_JSON) {
		brc_str_add(s->out, s->first_section ? "\n" : ",\n");
		brc_str_add(s->out, "   {\"section\": ");
		brc_map_json(f->map, s->out);
	}
	s->first_section = false;
}

static void show_tensor(struct summary *s, const brc_reader *r)
{
	const brc_tensor *t = &r->tensor;

	s->counts->tensors++;
	s->counts->bytes += brc_tensor_bytes(t);
	if (s->format == BRC_SUMMARY_TEXT) {
		text_tensor(t, s->out);
	} else if (s->format == BRC_SUMMARY_JSON) {
		brc_map *m = brc_map_new();

		brc_tensor_put(t, m);
		brc_str_add(s->out, s->first_tensor ? ", \"tensors\": [\n     " : ",\n     ");
		brc_map_json(m, s->out);
		brc_map_free(m);
	}
	s->first_tensor = false;
}

/* In text a line that begins with two blanks, in JSON a member of the section's object. */
static brc_rc show_detail(struct summary *s, const brc_section *section, brc_err *err)
{
	brc_err reason = {0};
	brc_str text = {0};
	const brc_rc rc = s->detail->show(section, s->format, &text, &reason);

	if (rc == BRC_OK) {
		brc_str_add(s->out, s->format == BRC_SUMMARY_JSON ? ", " : "");
		brc_str_addn(s->out, text.s ? text.s : "", text.len);
		s->out->failed = s->out->failed || text.failed;
	} else if (rc != BRC_DATA) {
		*err = reason;
	} else if (s->format == BRC_SUMMARY_JSON) {
		brc_map *m = brc_map_new();

		brc_map_put_string(m, "problem", reason.message);
		brc_str_add(s->out, ", \"malformed\": ");
		brc_map_json(m, s->out);
		brc_map_free(m);
	} else {
		brc_str_addf(s->out, "  malformed: %s\n", reason.message);
	}
	brc_str_free(&text);
	return rc == BRC_DATA ? BRC_OK : rc;
}

static brc_rc end_detail(struct summary *s, brc_err *err)
{
	brc_section *section;
	brc_rc rc;

	if (!s->collecting)
		return BRC_OK;
	s->collecting = false;
	section = brc_collector_take(s->collector);
	rc = show_detail(s, section, err);
	brc_section_free(section);
	return rc;
}

static brc_rc end_section(struct summary *s, brc_err *err)
{
	if (s->format == BRC_SUMMARY_TEXT && s->records > 0)
		brc_str_addf(s->out, "  %zu record%s\n", s->records, s->records == 1 ? "" : "s");
	if (s->format == BRC_SUMMARY_JSON)
		brc_str_addf(s->out, "%s, \"records\": %zu", s->first_tensor ? "" : "]",
			     s->records);
	BRC_TRY(end_detail(s, err));
	if (s->format == BRC_SUMMARY_JSON)
		brc_str_add(s->out, "}");
	return BRC_OK;
}

static void show_history(struct summary *s, const brc_map *entry)
{
	if (s->format == BRC_SUMMARY_TEXT) {
		brc_str options = {0};
		const brc_value *o;
		char tool[64], version[64];

		brc_str_add(s->out, s->in_history ? "" : "history\n");
		o = brc_map_get(entry, "options");
		if (o)
			brc_value_json(o, &options);
		brc_printable(tool, sizeof(tool), brc_map_string(entry, "tool", "?"));
		brc_printable(version, sizeof(version), brc_map_string(entry, "version", "?"));
		brc_str_addf(s->out, "  %s %s %s\n", tool, version, options.s ? options.s : "");
		brc_str_free(&options);
	} else if (s->format == BRC_SUMMARY_JSON) {
		brc_str_add(s->out, s->in_history ? ",\n   " : "],\n  \"history\": [\n   ");
		brc_map_json(entry, s->out);
	}
	s->in_history = true;
}

static void begin_stream(struct summary *s)
{
	if (s->format == BRC_SUMMARY_JSON)
		brc_str_addf(s->out, "%s\n {\"sections\": [", s->counts->streams > 0 ? "," : "");
	else if (s->format == BRC_SUMMARY_TEXT && s->counts->streams > 0)
		brc_str_add(s->out, "\n");
	s->first_section = true;
	s->in_history = false;
}

/* The frames of a section that there is more to say of. */
static brc_rc collect(struct summary *s, const brc_reader *r, const brc_frame *f, brc_err *err)
{
	if (s->collecting)
		return brc_collector_add(s->collector, r, f, err);
	if (f->kind != BRC_F_SECTION || !s->detail || strcmp(s->detail->type, r->type) != 0 ||
	    s->detail->version != r->version)
		return BRC_OK;
	if (!s->collector)
		BRC_TRY(brc_collector_new(&s->collector, DETAIL_MEMORY, err));
	s->collecting = true;
	return brc_collector_begin(s->collector, r, err);
}

static brc_rc show(struct summary *s, const brc_reader *r, const brc_frame *f, brc_err *err)
{
	switch (f->kind) {
	case BRC_F_SECTION:
		begin_section(s, r, f);
		break;
	case BRC_F_META:
		if (s->format == BRC_SUMMARY_TEXT && f->map->n > 0)
			text_map("  ", f->map, s->out);
		if (s->format == BRC_SUMMARY_JSON) {
			brc_str_add(s->out, ", \"metadata\": ");
			brc_map_json(f->map, s->out);
		}
		break;
	case BRC_F_RECORD:
		s->records++;
		break;
	case BRC_F_TENSOR:
		show_tensor(s, r);
		break;
	case BRC_F_END:
		return end_section(s, err);
	case BRC_F_HISTORY:
		show_history(s, f->map);
		break;
	case BRC_F_TRAILER:
		if (s->format == BRC_SUMMARY_JSON)
			brc_str_add(s->out, "]}");
		s->counts->streams++;
		break;
	default:
		break;
	}
	return BRC_OK;
}

/*
 * Does a compressed chunk unpack to what its checksum says? Piece by piece, so
 * that no stream can make it take more memory than zstd's window.
 */
static bool unpacks(ZSTD_DCtx *zstd, const brc_frame *f)
{
	unsigned char piece[1 << 14];
	ZSTD_inBuffer in = {f->payload + 4, f->length - 4, 0};
	uint32_t crc = brc_frame_crc_begin(BRC_F_CHUNK, (size_t)f->raw_length);
	uint64_t bytes = 0;
	size_t left;

	ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
	do {
		ZSTD_outBuffer out = {piece, sizeof(piece), 0};
		bool starved;

		left = ZSTD_decompressStream(zstd, &out, &in);
		starved = left != 0 && out.pos < sizeof(piece) && in.pos == in.size;
		if (ZSTD_isError(left) || starved)
			return false;
		crc = brc_crc32c(crc, piece, out.pos);
		bytes += out.pos;
	} while (left != 0 && bytes <= f->raw_length);
	return left == 0 && in.pos == in.size && bytes == f->raw_length && crc == f->raw_crc;
}

static brc_rc walk(struct summary *s, brc_reader *r, ZSTD_DCtx *zstd, brc_err *err)
{
	bool fresh = true;

	for (;;) {
		brc_frame f;

		if (s->collecting)
			brc_collector_prepare(s->collector, r);
		BRC_TRY(brc_reader_next(r, &f, err));
		if (f.kind == BRC_F_EOF)
			return BRC_OK;
		if (fresh)
			begin_stream(s);
		fresh = f.kind == BRC_F_TRAILER;
		s->counts->frames++;
		BRC_TRY(collect(s, r, &f, err));
		BRC_TRY(show(s, r, &f, err));
		if (zstd && f.kind == BRC_F_CHUNK_Z && !unpacks(zstd, &f))
			return brc_fail(err, BRC_STREAM,
					"%s: a compressed chunk of tensor '%s' does not unpack",
					brc_reader_name(r), r->tensor.name);
	}
}

/* That unpacks chunks whatever window they were packed with: a chunk is at most 1 GiB. */
static ZSTD_DCtx *new_unpacker(void)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();

	if (zstd)
		ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, 30);
	return zstd;
}

brc_rc brc_summarise(brc_reader *r, brc_summary_format format, bool deep,
		     const brc_summary_detail *detail, brc_str *out, brc_summary_counts *counts,
		     brc_err *err)
{
	struct summary s = {.format = format, .out = out, .counts = counts, .detail = detail};
	ZSTD_DCtx *zstd;
	brc_rc rc;

	*counts = (brc_summary_counts){0};
	zstd = deep ? new_unpacker() : NULL;
	if (deep && !zstd)
		return brc_fail(err, BRC_RESOURCE, "out of memory for decompression");
	if (format == BRC_SUMMARY_JSON)
		brc_str_add(out, "[");
	rc = walk(&s, r, zstd, err);
	ZSTD_freeDCtx(zstd);
	brc_collector_free(s.collector);
	if (format == BRC_SUMMARY_JSON)
		brc_str_add(out, "\n]\n");
	return rc != BRC_OK ? rc : brc_str_check(out, err);
}
