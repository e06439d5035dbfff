/* What tests/oracle/tracing.py found of a network: its layers, and which feed which. */
#ifndef TESTS_UNIT_TRACED_LAYERS_H
#define TESTS_UNIT_TRACED_LAYERS_H

#include <unistd.h>

#include "net_fixture.h"

enum { LAYERS_MAX = 256, LINE_MAX_BYTES = 1 << 20 };

/* Layers as the oracle counts them, and the pairs of ours that it found joined. */
typedef struct oracle {
	size_t ours[LAYERS_MAX]; /* our layer; 0: a depthwise convolution, which is none */
	size_t units[LAYERS_MAX], n;
	char *how[LAYERS_MAX][LAYERS_MAX]; /* [from][to], both ours; owned */
} oracle;

static inline void read_layer(oracle *o, char *field[8])
{
	size_t i = strtoul(field[1], NULL, 10);

	assert_int_equal(i, o->n + 1);
	assert_in_range(i, 1, LAYERS_MAX - 1);
	o->n = i;
	o->units[i] = strtoul(field[5], NULL, 10);
	if (strcmp(field[4], "depthwise") == 0)
		return;
	for (size_t k = 1; k < i; k++)
		o->ours[i] = o->ours[k] > o->ours[i] ? o->ours[k] : o->ours[i];
	o->ours[i]++;
}

/* What is said later, of channels that depthwise convolutions pass on, counts. */
static inline void read_pair(oracle *o, char *field[8])
{
	size_t from = strtoul(field[1], NULL, 10), to = strtoul(field[2], NULL, 10);
	char **how;

	assert_true(from >= 1 && from <= o->n && to >= 1 && to <= o->n);
	if (!o->ours[from] || !o->ours[to])
		return;
	how = &o->how[o->ours[from]][o->ours[to]];
	free(*how);
	*how = strdup(field[4]);
	assert_non_null(*how);
}

static inline void read_oracle(oracle *o, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = malloc(LINE_MAX_BYTES);

	assert_non_null(f);
	assert_non_null(line);
	while (fgets(line, LINE_MAX_BYTES, f)) {
		char *field[8] = {0}, *rest = line;

		line[strcspn(line, "\n")] = '\0';
		for (size_t k = 0; k < 8 && rest; k++)
			field[k] = strsep(&rest, "\t");
		if (strcmp(field[0], "layer") == 0)
			read_layer(o, field);
		else
			read_pair(o, field);
	}
	free(line);
	fclose(f);
}

/* The file of a network under the name of its golden values. */
static inline void path_of(const char *name, char path[128])
{
	static const char *const folder[] = {"fixtures/planted/", "fixtures/small/", "fixtures/",
					     "tests/golden/net/edges/"};
	bool planted = strncmp(name, "planted-", 8) == 0;

	for (size_t k = planted ? 0 : 1; k < 4; k++) {
		snprintf(path, 128, "%s%s.onnx", folder[k], planted ? name + 8 : name);
		if (access(path, R_OK) == 0)
			return;
	}
	fail_msg("no network '%s'", name);
}

static inline brc_net *network_with(const char *name, brc_norm norm)
{
	brc_err err = {0};
	char path[128];
	brc_net *net;

	path_of(name, path);
	if (brc_net_read(&net, path, &(brc_net_options){.norm = norm}, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static inline brc_net *network_of(const char *name)
{
	return network_with(name, BRC_NORM_L1);
}

#endif
