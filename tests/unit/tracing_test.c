/*
 * Who feeds whom, against networks whose units were disturbed one by one in
 * torch (tests/oracle/tracing.py, which says how its lines are read).
 */
#include <glob.h>

#include "traced_layers.h"

/* Bit (u, v) of a matrix in the oracle's words. */
static bool says(const char *how, size_t u, size_t v)
{
	const char *row = how;
	char digit[2] = {0};

	if (!how)
		return false;
	if (strcmp(how, "all") == 0)
		return true;
	if (strcmp(how, "same") == 0)
		return u == v;
	for (size_t i = 0; i < u; i++) {
		row = strchr(row, ',');
		assert_non_null(row);
		row++;
	}
	digit[0] = row[v / 4];
	return strtoul(digit, NULL, 16) >> (3 - v % 4) & 1;
}

static float *weights_between(const brc_net *net, size_t from, size_t to)
{
	const brc_layers *l = brc_net_layers(net);
	float *w = calloc(l->units[from] * l->units[to], sizeof(*w));
	const brc_net_edge *e;
	size_t n = brc_net_edges(net, &e);
	brc_err err = {0};

	assert_non_null(w);
	for (size_t i = 0; i < n; i++)
		if (e[i].from == from && e[i].to == to &&
		    brc_net_edge_weights(net, i, w, &err) != BRC_OK)
			fail_msg("%s", err.message);
	return w;
}

static void check_pair(const char *name, const brc_net *net, const oracle *o, size_t a, size_t b)
{
	const brc_layers *l = brc_net_layers(net);
	float *w = weights_between(net, a, b);

	for (size_t u = 0; u < l->units[a]; u++) {
		for (size_t v = 0; v < l->units[b]; v++) {
			float got = w[u * l->units[b] + v];

			if ((got > 0) != says(o->how[a][b], u, v))
				fail_msg("%s: unit %zu of '%s' and unit %zu of '%s': %g", name, u,
					 l->name[a], v, l->name[b], (double)got);
		}
	}
	free(w);
}

static void check_network(const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	char *name = strndup(base, strcspn(base, "."));
	oracle *o = calloc(1, sizeof(*o));
	size_t most = 0;
	brc_net *net;

	assert_non_null(name);
	assert_non_null(o);
	read_oracle(o, path);
	net = network_of(name);
	for (size_t i = 1; i <= o->n; i++) {
		if (!o->ours[i])
			continue;
		most = o->ours[i];
		assert_true(most < brc_net_layers(net)->n);
		assert_int_equal(o->units[i], brc_net_layers(net)->units[most]);
	}
	assert_int_equal(most + 1, brc_net_layers(net)->n);
	for (size_t a = 1; a <= most; a++)
		for (size_t b = 1; b <= most; b++)
			check_pair(name, net, o, a, b);
	for (size_t a = 0; a < LAYERS_MAX; a++)
		for (size_t b = 0; b < LAYERS_MAX; b++)
			free(o->how[a][b]);
	brc_net_free(net);
	free(o);
	free(name);
}

static void units_feed_those_that_they_change(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/golden/net/tracing/*.tsv", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 53);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_network(found.gl_pathv[i]);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_feed_those_that_they_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
