/*
 * Times of spectral clustering for tests/bench/spectral.py.
 *     spectral GRAPH K THREADS REPETITIONS [SHUFFLES]
 * GRAPH is what graphs.py writes. Prints "name value" lines: medians of the
 * repetitions in seconds, n-cuts, the largest residual, bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"
#include "graph/clusterability.h"
#include "graph/cluster_graph.h"
#include "graph/spectral.h"

enum { LAYERS = 1024, RESTARTS = 10 };

static brc_err err;

static void need(brc_rc rc)
{
	if (rc == BRC_OK)
		return;
	fprintf(stderr, "spectral: %s\n", err.message);
	exit((int)rc);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t number(FILE *f)
{
	size_t v;

	if (fscanf(f, "%zu", &v) != 1)
		exit(BRC_DATA);
	return v;
}

static void *array(FILE *f, size_t n, size_t size)
{
	void *a = brc_alloc(n, size, &err);

	if (!a || fread(a, size, n, f) != n)
		exit(BRC_DATA);
	return a;
}

/* Returns the bytes of the edges. */
static size_t read_graph(const char *path, brc_blocks *blocks)
{
	static char names[LAYERS][16];
	const char *name[LAYERS];
	size_t units[LAYERS], layers, n, bytes = 0;
	FILE *f = fopen(path, "rb");
	brc_layers table;

	if (!f || (layers = number(f)) > LAYERS)
		exit(BRC_DATA);
	for (size_t i = 0; i < layers; i++) {
		units[i] = number(f);
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		name[i] = names[i];
	}
	need(brc_layers_init(&table, layers, name, units, &err));
	need(brc_blocks_init(blocks, &table, &err));
	n = number(f);
	for (size_t b = 0; b < n; b++) {
		size_t from = number(f), to = number(f), edges = number(f);
		int64_t *start;
		int32_t *column;
		float *w;

		if (fgetc(f) != '\n')
			exit(BRC_DATA);
		if (edges == 0) {
			size_t size = brc_blocks_entries(blocks, from, to);
			float *at;

			at = w = array(f, units[from] * units[to], sizeof(*w));
			for (size_t i = 0; from == to && i < units[to]; i++) /* pack in place */
				for (size_t j = i + 1; j < units[to]; j++)
					*at++ = w[i * units[to] + j];
			need(brc_blocks_add(blocks, from, to, w, &err));
			bytes += size * sizeof(float);
			continue;
		}
		start = array(f, units[from] + 1, sizeof(*start));
		column = array(f, edges, sizeof(*column));
		w = array(f, edges, sizeof(*w));

		need(brc_blocks_add_rows(blocks, from, to, start, column, w, &err));
		bytes += edges * 8 + units[from] * 8;
	}
	brc_layers_clear(&table);
	fclose(f);
	return bytes;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Of this program; rusage would count the one that started it. */
static double peak_bytes(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	double kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %lf", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return 1024 * kb;
}

static void cluster(const brc_blocks *blocks, size_t k, brc_pool *pool, size_t repetitions)
{
	double *t = brc_alloc(5 * repetitions, sizeof(*t), &err), worst = 0;
	brc_spectral_options o = {.restarts = RESTARTS, .seed = 42};
	brc_eigenpairs *p = NULL;
	brc_clustering ten, usual, refined;
	brc_graph g;

	for (size_t r = 0; r < repetitions; r++) {
		double start = now();

		need(brc_graph_init_all(&g, blocks, &err));
		t[r] = now() - start;
		start = now();
		need(brc_eigenpairs_new(&p, &g, k, brc_spectral_pairs(&g, k) - k, 42, 0, pool,
					&err));
		t[repetitions + r] = now() - start;
		start = now();
		o.restarts = RESTARTS;
		need(brc_spectral(&ten, &g, p, k, &o, pool, &err));
		t[2 * repetitions + r] = now() - start;
		start = now();
		o.restarts = 0;
		need(brc_spectral(&usual, &g, p, k, &o, pool, &err));
		t[3 * repetitions + r] = now() - start;
		if (r == 0)
			printf("peak %.0f\n", peak_bytes());
		start = now();
		o.restarts = RESTARTS;
		o.refine = true;
		need(brc_spectral(&refined, &g, p, k, &o, pool, &err));
		t[4 * repetitions + r] = now() - start;
		o.refine = false;
		if (r + 1 == repetitions)
			break;
		brc_clustering_clear(&ten);
		brc_clustering_clear(&usual);
		brc_clustering_clear(&refined);
		brc_eigenpairs_free(p);
		brc_graph_clear(&g);
	}
	for (size_t i = 0; i < k; i++)
		worst = p->residual[i] > worst ? p->residual[i] : worst;
	printf("graph %.6f\nsolve %.6f\ncluster %.6f\n", median(t, repetitions),
	       median(t + repetitions, repetitions), median(t + 2 * repetitions, repetitions));
	printf("cluster-default %.6f\nrestarts-default %zu\n",
	       median(t + 3 * repetitions, repetitions), brc_spectral_restarts(&g, 0));
	printf("refined %.6f\nncut-refined %.9f\n", median(t + 4 * repetitions, repetitions),
	       refined.ncut);
	printf("ncut %.9f\nncut-default %.9f\nresidual %.3g\n", ten.ncut, usual.ncut, worst);
	printf("units %zu\nconnected %zu\nlinks %zu\npairs %zu\n", g.n, g.connected, g.links,
	       p->pairs);
}

static void shuffle(const brc_blocks *blocks, size_t k, size_t threads, size_t shuffles)
{
	brc_clusterability_options o = {.k = &k,
					.n_k = 1,
					.shuffles = shuffles,
					.restarts = RESTARTS,
					.seed = 42,
					.threads = threads};
	const brc_edge_origin origin = {.affinity = false};
	brc_clusterability c = {0};
	double start = now();
	brc_null_model m;
	brc_graph g;

	need(brc_graph_init_all(&g, blocks, &err));
	need(brc_null_model_init(
		&m,
		&(brc_null_wanted){
			.kind = BRC_NULL_LAYER, .origin = &origin, .blocks = blocks, .graph = &g},
		&err));
	need(brc_clusterability_test(&c, &m, &o, NULL, &err));
	printf("shuffles %.6f\nmean %.9f\nsd %.9f\n", now() - start, c.mean, c.sd);
	brc_clusterability_clear(&c);
	brc_null_model_clear(&m);
	brc_graph_clear(&g);
}

int main(int argc, char **argv)
{
	size_t k, threads, repetitions;
	brc_blocks blocks;
	brc_pool *pool;

	if (argc < 5) {
		fprintf(stderr, "spectral GRAPH K THREADS REPETITIONS [SHUFFLES]\n");
		return BRC_USAGE;
	}
	k = strtoul(argv[2], NULL, 10);
	threads = strtoul(argv[3], NULL, 10);
	repetitions = strtoul(argv[4], NULL, 10);
	printf("stored %zu\n", read_graph(argv[1], &blocks));
	printf("before %.0f\n", peak_bytes());
	need(brc_pool_new(&pool, threads, &err));
	if (argc > 5)
		shuffle(&blocks, k, threads, strtoul(argv[5], NULL, 10));
	else
		cluster(&blocks, k, pool, repetitions);
	return 0;
}
