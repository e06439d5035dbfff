/*
 * Matrix Market's exchange format (math.nist.gov/MatrixMarket/formats.html): a line
 * "%%MatrixMarket matrix coordinate|array real|integer|pattern general|symmetric",
 * comments, sizes, then entries "row column value" from 1, or all values column by column.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "data/graphs/graph_formats.h"

typedef struct market {
	bool array, pattern, symmetric;
	size_t n, entries;
	brc_layer_list layers;
} market;

static bool one_of(const char *word, const char *a, const char *b, bool *is_b)
{
	*is_b = strcasecmp(word, b) == 0;
	return *is_b || strcasecmp(word, a) == 0;
}

static brc_rc read_banner(market *m, brc_lines *lines, brc_err *err)
{
	char *line, *f[5];
	bool real, integer;

	BRC_TRY(brc_lines_next(lines, &line, err));
	if (!line || brc_line_fields(line, false, f, 5) != 5)
		return brc_lines_fail(lines, err,
				      "this is not the first line of a Matrix Market file");
	real = strcasecmp(f[3], "real") == 0;
	integer = strcasecmp(f[3], "integer") == 0;
	m->pattern = strcasecmp(f[3], "pattern") == 0;
	if (strcasecmp(f[1], "matrix") == 0 && one_of(f[2], "coordinate", "array", &m->array) &&
	    (real || integer || (m->pattern && !m->array)) &&
	    one_of(f[4], "general", "symmetric", &m->symmetric))
		return BRC_OK;
	brc_lines_fail(lines, err, "%s %s %s %s: not a matrix that can be a graph", f[1], f[2],
		       f[3], f[4]);
	return brc_hint(err,
			"these are read: matrix, coordinate or array, real, integer or pattern, "
			"general or symmetric");
}

/* Past comments and empty lines; *line is NULL at the end. */
static brc_rc next_line(market *m, brc_lines *lines, char **line, brc_err *err)
{
	do {
		BRC_TRY(brc_lines_next(lines, line, err));
		if (*line && **line == '%')
			BRC_TRY(brc_declared_layer(&m->layers, lines, *line + 1, err));
	} while (*line && (**line == '%' || (*line)[strspn(*line, " \t")] == '\0'));
	return BRC_OK;
}

static brc_rc read_sizes(market *m, brc_lines *lines, brc_err *err)
{
	char *line, *f[3];
	size_t want = m->array ? 2 : 3, cols;

	BRC_TRY(next_line(m, lines, &line, err));
	if (!line || brc_line_fields(line, false, f, 3) != want ||
	    !brc_line_whole(f[0], 1, SIZE_MAX, &m->n) ||
	    !brc_line_whole(f[1], 1, SIZE_MAX, &cols) ||
	    (!m->array && !brc_line_whole(f[2], 0, SIZE_MAX, &m->entries)))
		return brc_lines_fail(lines, err,
				      "the line of sizes is expected here: rows, columns%s",
				      m->array ? "" : ", entries");
	if (m->n != cols)
		return brc_lines_fail(lines, err, "%zu rows and %zu columns: a graph is square",
				      m->n, cols);
	if (m->n > BRC_UNITS_MAX)
		return brc_lines_fail(lines, err, "%zu units, more than %u", m->n, BRC_UNITS_MAX);
	if (m->layers.n > 0 && m->layers.total != m->n)
		return brc_lines_fail(lines, err, "%zu units, but the layers above have %zu", m->n,
				      m->layers.total);
	if (m->array)
		m->entries = m->symmetric ? m->n * (m->n + 1) / 2 : m->n * m->n;
	return BRC_OK;
}

/* The place of the next value of an array, column by column. */
static void step(const market *m, size_t *row, size_t *col)
{
	if (++*row < m->n)
		return;
	++*col;
	*row = m->symmetric ? *col : 0;
}

static brc_rc read_entry(const market *m, brc_edge_list *l, const brc_lines *lines, char *line,
			 size_t row, size_t col, brc_err *err)
{
	char *f[3];
	double value = 1;
	size_t want = m->array ? 1 : m->pattern ? 2 : 3;

	if (brc_line_fields(line, false, f, 3) != want)
		return brc_lines_fail(lines, err, "an entry is %s",
				      m->array     ? "one value"
				      : m->pattern ? "row and column"
						   : "row, column and value");
	if (!m->array) {
		if (!brc_line_whole(f[0], 1, m->n, &row) || !brc_line_whole(f[1], 1, m->n, &col))
			return brc_lines_fail(lines, err,
					      "row %s, column %s is not within 1 to %zu", f[0],
					      f[1], m->n);
		row--;
		col--;
	}
	if (!m->pattern && !brc_line_number(f[want - 1], &value)) {
		brc_lines_fail(lines, err, "'%s' is not a finite number", f[want - 1]);
		return brc_hint(err, "leave out entries without a value");
	}
	return brc_lines_at(lines, brc_edge_list_add(l, row, col, value, lines->number, err), err);
}

static brc_rc read_entries(market *m, brc_edge_list *l, brc_lines *lines, brc_err *err)
{
	size_t row = 0, col = 0;
	char *line;

	for (size_t i = 0; i < m->entries; i++) {
		BRC_TRY(next_line(m, lines, &line, err));
		if (!line) {
			brc_lines_fail(lines, err, "ends after %zu of %zu entries", i, m->entries);
			return brc_hint(err, "the file is cut short");
		}
		BRC_TRY(read_entry(m, l, lines, line, row, col, err));
		step(m, &row, &col);
	}
	BRC_TRY(next_line(m, lines, &line, err));
	return !line ? BRC_OK
		     : brc_lines_fail(lines, err, "more than the %zu entries declared", m->entries);
}

brc_rc brc_edges_matrix_market(brc_edge_list *l, brc_lines *lines, brc_err *err)
{
	market m = {0};
	brc_rc rc = read_banner(&m, lines, err);

	BRC_THEN(rc, read_sizes(&m, lines, err));
	BRC_THEN(rc, read_entries(&m, l, lines, err));
	BRC_THEN(rc, brc_edges_set_layers(l, &m.layers, m.n, lines->name, err));
	brc_layer_list_clear(&m.layers);
	return rc;
}

/* ---- writing ---- */

static brc_rc count_edge(void *ctx, brc_edge_end from, brc_edge_end to, float weight, brc_err *err)
{
	(void)from;
	(void)to;
	(void)weight;
	(void)err;
	++*(size_t *)ctx;
	return BRC_OK;
}

static brc_rc write_edge(void *ctx, brc_edge_end from, brc_edge_end to, float weight, brc_err *err)
{
	brc_graph_out *o = ctx;
	const size_t *first = o->e->layers->first;

	brc_str_addf(&o->text, "%zu %zu %.9g\n", first[to.layer] + to.unit + 1,
		     first[from.layer] + from.unit + 1, (double)weight);
	return brc_graph_out_pass(o, BRC_GRAPH_PIECE, err);
}

brc_rc brc_matrix_market_write(brc_graph_out *o, brc_err *err)
{
	size_t units = brc_layers_total(o->e->layers), count = 0;

	brc_str_add(&o->text, "%%MatrixMarket matrix coordinate real symmetric\n");
	BRC_TRY(brc_graph_out_layers(o, '%', err));
	BRC_TRY(o->e->each(o->e->graph, count_edge, &count, err));
	brc_str_addf(&o->text, "%zu %zu %zu\n", units, units, count);
	BRC_TRY(o->e->each(o->e->graph, write_edge, o, err));
	return brc_graph_out_pass(o, 0, err);
}
