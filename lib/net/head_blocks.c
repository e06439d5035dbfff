#include "net/head_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/activation_function.h"

/* ---- while tracing ---- */

/* The only dimension in which the sources vary; BRC_NOWHERE: there are none, or several. */
static size_t only_dimension(const brc_sources *s)
{
	size_t at = BRC_NOWHERE;

	for (size_t k = 0; k < s->ndim; k++) {
		if (s->ext[k] > 1 && at != BRC_NOWHERE)
			return BRC_NOWHERE;
		if (s->ext[k] > 1)
			at = k;
	}
	return at;
}

/* The unit at place i, if there is only one, and it is a value of attention; or NULL. */
static const brc_scaled_unit *feature_at(const brc_tracer *t, const brc_sources *s, size_t i)
{
	size_t n;
	const brc_scaled_unit *u = brc_unit_sets_get(t->sets, s->set[i], &n);

	return n == 1 && t->net->inputs[u->layer].head_key ? u : NULL;
}

static bool joins_layers(const brc_tracer *t, const brc_sources *s)
{
	bool several = false;

	for (size_t i = 0; i < s->n; i++) {
		const brc_scaled_unit *u = feature_at(t, s, i);

		if (!u)
			return false;
		several = several || u->layer != feature_at(t, s, 0)->layer;
	}
	return several;
}

/* Does the block hold the same features in the same places? A view of its value does. */
static bool holds(const brc_head_block *b, const brc_tracer *t, const brc_sources *s)
{
	if (b->features != s->n)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const brc_scaled_unit *u = feature_at(t, s, i);

		if (b->feature[i].layer != u->layer || b->feature[i].unit != u->unit)
			return false;
	}
	return true;
}

static brc_rc add_block(brc_tracer *t, const brc_sources *s, brc_err *err)
{
	brc_net *net = t->net;
	brc_head_block *b;

	BRC_TRY(brc_grow(&net->block, &net->cap_blocks, net->n_blocks + 1, sizeof(*b), err));
	b = &net->block[net->n_blocks++];
	*b = (brc_head_block){.features = s->n,
			      .feature = brc_alloc(s->n, sizeof(*b->feature), err)};
	BRC_TRY(brc_made(b->feature));
	for (size_t i = 0; i < s->n; i++) {
		const brc_scaled_unit *u = feature_at(t, s, i);

		b->feature[i] = (brc_head_feature){u->layer, u->unit};
	}
	return BRC_OK;
}

brc_rc brc_head_block_note(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const size_t v = n->out[0];
	const brc_sources *s = &t->of[v];
	size_t axis = s->set && s->untraced == BRC_NOWHERE ? only_dimension(s) : BRC_NOWHERE;
	brc_net *net = t->net;

	if (axis == BRC_NOWHERE || !joins_layers(t, s))
		return BRC_OK;
	if (net->n_blocks == 0 || !holds(&net->block[net->n_blocks - 1], t, s))
		BRC_TRY(add_block(t, s, err));
	net->block[net->n_blocks - 1].site =
		(brc_layer_site){.sum = v, .pre = v, .post = v, .axis = axis};
	return BRC_OK;
}

/* ---- when all heads are known ---- */

/*
 * Are all units of the layer the values of one and the same head? Nothing must come between its sum
 * and its value, so that either is 0 where the other is.
 */
static bool is_one_head(const brc_net *net, size_t layer)
{
	const brc_net_layer *l = &net->layer[layer];

	if (l->role != BRC_ROLE_HIDDEN || !l->head || l->head_block ||
	    net->site[layer].sum != net->site[layer].post)
		return false;
	for (size_t u = 0; u < l->units; u++)
		if (l->head[u] != 0)
			return false;
	return true;
}

/* Does the node keep what is 0 at 0, and does it only move features, or multiply by scores? */
static bool passes_on(const brc_node *n)
{
	switch (brc_node_trace(n)) {
	case BRC_TRACE_MOVE:
	case BRC_TRACE_LOOKUP:
	case BRC_TRACE_MATMUL:
	case BRC_TRACE_ATTENTION:
		return true;
	default:
		return false;
	}
}

/* Do the units of these layers, those with times[l] > 0, go into the value and nowhere else? */
static brc_rc go_only_there(const brc_net *net, const size_t *times, size_t value, bool *do_so,
			    brc_err *err)
{
	brc_followed f = {.g = net->g,
			  .inside = brc_calloc(brc_exec_values(net->g), sizeof(*f.inside), err)};

	BRC_TRY(brc_made(f.inside));
	for (size_t l = 1; l < net->n_layers; l++) {
		if (times[l] == 0)
			continue;
		f.inside[net->site[l].post] = true;
		f.open += brc_exec_value(net->g, net->site[l].post)->users;
	}
	*do_so = true;
	for (size_t i = 0; *do_so && !f.inside[value] && i < brc_exec_nodes(net->g); i++) {
		const brc_node *n = brc_exec_node(net->g, i);

		if (brc_follow_uses(&f, n) == 0)
			continue;
		*do_so = passes_on(n);
		brc_follow_node(&f, n, true);
	}
	*do_so = *do_so && f.inside[value] && f.open == brc_exec_value(net->g, value)->users;
	free(f.inside);
	return BRC_OK;
}

/* Does every unit of the layers with times[l] > 0 occur once? */
static brc_rc is_complete(const brc_net *net, const brc_head_block *b, const size_t *times,
			  bool *is, brc_err *err)
{
	bool *seen = brc_calloc(brc_layers_total(&net->layers), sizeof(*seen), err);

	BRC_TRY(brc_made(seen));
	*is = true;
	for (size_t i = 0; *is && i < b->features; i++) {
		const brc_head_feature *f = &b->feature[i];
		bool *at = &seen[net->layers.first[f->layer] + (size_t)f->unit];

		*is = !*at && times[f->layer] == net->layer[f->layer].units;
		*at = true;
	}
	free(seen);
	return BRC_OK;
}

/* Is it a block? times[layers] becomes how often units of each layer occur. */
static brc_rc check(const brc_net *net, const brc_head_block *b, size_t *times, bool *is,
		    brc_err *err)
{
	*is = true;
	memset(times, 0, net->n_layers * sizeof(*times));
	for (size_t i = 0; i < b->features; i++)
		times[b->feature[i].layer]++;
	for (size_t l = 0; *is && l < net->n_layers; l++)
		*is = times[l] == 0 || is_one_head(net, l);
	if (*is)
		BRC_TRY(is_complete(net, b, times, is, err));
	return *is ? go_only_there(net, times, b->site.post, is, err) : BRC_OK;
}

static void number(brc_net *net, const size_t *times, size_t block)
{
	int32_t head = 0;

	for (size_t l = 0; l < net->n_layers; l++) {
		if (times[l] == 0)
			continue;
		net->layer[l].head_block = block;
		for (size_t u = 0; u < net->layer[l].units; u++)
			net->layer[l].head[u] = head;
		head++;
	}
}

/* The last value that joins a head is the one that counts, since it joins the most. */
brc_rc brc_head_blocks_finish(brc_net *net, brc_err *err)
{
	size_t *times = brc_alloc(net->n_layers, sizeof(*times), err);
	brc_rc rc = times ? BRC_OK : BRC_RESOURCE;

	for (size_t i = net->n_blocks; rc == BRC_OK && i-- > 0;) {
		bool is;

		rc = check(net, &net->block[i], times, &is, err);
		if (rc == BRC_OK && is)
			number(net, times, i + 1);
	}
	free(times);
	return rc;
}

void brc_head_blocks_free(brc_net *net)
{
	for (size_t i = 0; i < net->n_blocks; i++)
		free(net->block[i].feature);
	free(net->block);
}
