/*
 * Parts of transformers: heads of attention, hidden layers of MLPs, and the
 * graph of these. Against torch (tests/oracle/heads.py): which units make a
 * head in every layout, what is lost without it, and the weights between
 * features through the residual stream.
 */
#include "data/datasets/sources.h"
#include "graph/subcluster.h"
#include "net/lesion.h"
#include "net/unit_graph.h"
#include "net_fixture.h"
#include "idx_fixture.h"
#include "array_files.h"

static brc_net *network_in(const char *folder, const char *name, brc_norm norm)
{
	char path[256];
	brc_err err = {0};
	brc_net *net;

	snprintf(path, sizeof(path), "%s/%s.onnx", folder, name);
	if (brc_net_read(&net, path, &(brc_net_options){.norm = norm}, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static brc_labels heads_of(const brc_net *net)
{
	const brc_layer_graph *c = brc_net_layer_graph(net);
	brc_labels l;
	brc_err err = {0};

	if (brc_layer_graph_heads(c, &l, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return l;
}

/* One lesion for each head, after one of nothing; unit: [units of all layers]. */
static size_t list_heads(const brc_net *net, const brc_subclusters *all, const brc_labels *l,
			 int32_t *unit, brc_lesion *set)
{
	set[0] = (brc_lesion){.layer = 1};
	for (size_t i = 0; i < all->n; i++) {
		const brc_subcluster *s = &all->item[i];

		set[i + 1] = (brc_lesion){
			.layer = brc_layers_find(brc_net_layers(net), l->layers.name[s->layer]),
			.unit = unit,
			.n = s->size};
		for (size_t k = 0; k < s->size; k++)
			*unit++ = (int32_t)s->unit[k];
	}
	return all->n + 1;
}

/* ---- every layout ---- */

static void check_outputs(const char *golden, const brc_net *net, const brc_lesion *set, size_t n,
			  const brc_array *input)
{
	brc_array want = need_golden(golden, "output", "<f4");
	float *got = logits_of(net, input->data, input->shape[0]);
	brc_err err = {0};

	assert_close(got, want.data, want.count, 1e-5, golden);
	free(got);
	brc_array_clear(&want);
	for (size_t i = 1; i < n; i++) {
		pass t = begin_pass(net, &set[i].layer, 1, BRC_STAGE_POST, true, input->data,
				    input->shape[0]);
		char member[32];
		const float *value, *logits;

		snprintf(member, sizeof(member), "zero.%zu", i - 1);
		want = need_golden(golden, member, "<f4");
		assert_int_equal(brc_run_until(t.r, 0, &value, &err), BRC_OK);
		assert_int_equal(brc_run_silenced(t.r, 0, set[i].unit, set[i].n, &logits, &err),
				 BRC_OK);
		assert_close(logits, want.data, want.count, 1e-5, member);
		brc_array_clear(&want);
		end_pass(&t);
	}
}

static void heads_of_every_layout(void **state)
{
	static const char *const names[] = {"separate", "turned",      "chunks",  "grouped",
					    "joined",   "interleaved", "library", "one-node"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char golden[64];
		brc_net *net = network_in("tests/golden/net/heads", names[i], BRC_NORM_L1);
		brc_labels l = heads_of(net);
		brc_subclusters *all;
		brc_lesion set[8];
		int32_t unit[64];
		brc_array input, head;
		brc_err err = {0};

		snprintf(golden, sizeof(golden), "heads/%s", names[i]);
		input = need_golden(golden, "input", "<f4");
		head = need_golden(golden, "head", "<i4");
		assert_int_equal(l.layers.n, 1);
		assert_int_equal(l.layers.units[0], head.count);
		assert_memory_equal(l.label, head.data, head.count * sizeof(*l.label));
		assert_int_equal(brc_subclusters_new(&all, &l, &err), BRC_OK);
		check_outputs(golden, net, set, list_heads(net, all, &l, unit, set), &input);
		brc_subclusters_free(all);
		brc_array_clear(&input);
		brc_array_clear(&head);
		brc_labels_clear(&l);
		brc_net_free(net);
	}
}

/* ---- heads that have a layer each ---- */

static void check_silenced(const char *golden, const char *member, const brc_net *net, size_t block,
			   const int32_t *unit, size_t n)
{
	const size_t layer = brc_net_block_layer(net, block);
	brc_array input = need_golden(golden, "input", "<f4");
	brc_array want = need_golden(golden, member, "<f4");
	pass t = begin_pass(net, &layer, 1, BRC_STAGE_POST, true, input.data, input.shape[0]);
	const float *value, *logits;
	brc_err err = {0};

	assert_int_equal(brc_run_until(t.r, 0, &value, &err), BRC_OK);
	assert_int_equal(brc_run_silenced(t.r, 0, unit, n, &logits, &err), BRC_OK);
	assert_close(logits, want.data, want.count, 1e-5, member);
	end_pass(&t);
	brc_array_clear(&want);
	brc_array_clear(&input);
}

/* Features of the whole block are silenced together, whichever layers they are of. */
static void heads_with_a_layer_each(void **state)
{
	static const char *const names[] = {"listed", "stacked"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char golden[64], member[32];
		brc_net *net = network_in("tests/golden/net/heads", names[i], BRC_NORM_L1);
		brc_labels l = heads_of(net);
		brc_array mask;
		int32_t unit[12];
		size_t n = 0, at, of, block;

		snprintf(golden, sizeof(golden), "heads/%s", names[i]);
		mask = need_golden(golden, "mask", "<i4");
		assert_int_equal(l.layers.n, 4);
		for (size_t u = 0; u < 12; u++)
			assert_int_equal(l.label[u], u / 3);
		at = brc_layers_find(brc_net_layers(net), l.layers.name[0]);
		block = brc_net_layer_at(net, at)->head_block;
		assert_int_equal(block > 0 ? brc_net_block_features(net, block) : 0, 12);
		for (size_t u = 0; u < 12; u++) {
			brc_net_block_feature(net, block, u, &of, &at);
			assert_string_equal(brc_net_layers(net)->name[of], l.layers.name[u / 3]);
			assert_int_equal(at, u % 3);
			if (!((int32_t *)mask.data)[u])
				unit[n++] = (int32_t)u;
		}
		check_silenced(golden, "mixed", net, block, unit, n);
		for (int32_t h = 0; h < 4; h++) {
			const int32_t head[3] = {3 * h, 3 * h + 1, 3 * h + 2};

			snprintf(member, sizeof(member), "zero.%d", h);
			check_silenced(golden, member, net, block, head, 3);
		}
		brc_array_clear(&mask);
		brc_labels_clear(&l);
		brc_net_free(net);
	}
}

/* ---- trained transformers ---- */

static void check_counts(const char *name, const brc_dataset *d)
{
	enum { LESIONS = 13, CELLS = LESIONS * 96 };
	char golden[64];
	brc_net *net = network_in("fixtures", name, BRC_NORM_L1);
	brc_labels l = heads_of(net);
	size_t classes = brc_net_io_of(net)->classes;
	brc_array correct, loss, close;
	brc_subclusters *all;
	brc_lesion set[LESIONS];
	int32_t unit[600], *got = calloc(CELLS, sizeof(*got));
	double *got_loss = calloc(CELLS, sizeof(*got_loss));
	brc_err err = {0};

	snprintf(golden, sizeof(golden), "heads/%s", name);
	correct = need_golden(golden, "correct", "<i4");
	loss = need_golden(golden, "loss", "<f8");
	close = need_golden(golden, "close", "<i4");
	assert_true(got && got_loss && classes <= 96);
	assert_int_equal(brc_subclusters_new(&all, &l, &err), BRC_OK);
	assert_int_equal(all->n, LESIONS - 1);
	assert_int_equal(list_heads(net, all, &l, unit, set), LESIONS);
	if (brc_net_lesions(net, d, set, LESIONS, &(brc_lesion_options){.ablate = BRC_ABLATE_ZERO},
			    NULL, NULL, got, got_loss, NULL, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	for (size_t s = 0; s < LESIONS; s++) {
		int32_t differ = 0;

		for (size_t c = s * classes; c < (s + 1) * classes; c++) {
			double want = ((double *)loss.data)[c];

			differ += abs(got[c] - ((int32_t *)correct.data)[c]);
			if (!(fabs(got_loss[c] - want) <= 1e-4 * (1 + fabs(want))))
				fail_msg("%s, head %zu: loss %.9g, not %.9g", name, s, got_loss[c],
					 want);
		}
		if (differ > ((int32_t *)close.data)[s])
			fail_msg("%s, head %zu: %d answers differ", name, s, differ);
	}
	brc_subclusters_free(all);
	brc_labels_clear(&l);
	brc_array_clear(&correct);
	brc_array_clear(&loss);
	brc_array_clear(&close);
	free(got);
	free(got_loss);
	brc_net_free(net);
}

static void a_vision_transformer_loses_what_torch_loses(void **state)
{
	brc_array image = read_idx("fixtures/fashion-test-2000-images.gz"),
		  label = read_idx("fixtures/fashion-test-2000-labels.gz");
	brc_err err = {0};
	brc_dataset d = {.image = image.data,
			 .pixel = BRC_PIXEL_U1,
			 .n = 200,
			 .ndim = 2,
			 .shape = {28, 28},
			 .pixels = 784,
			 .classes = 10,
			 .scale = 1.0 / 255};

	(void)state;
	assert_int_equal(brc_array_convert(&label, "<i4", "label", &err), BRC_OK);
	d.label = label.data;
	check_counts("fashion-vit", &d);
	brc_array_clear(&image);
	brc_array_clear(&label);
}

static void a_text_transformer_loses_what_torch_loses(void **state)
{
	brc_array token, target;
	brc_err err = {0};
	brc_dataset d = {.pixel = BRC_PIXEL_I4,
			 .n = 200,
			 .ndim = 1,
			 .shape = {64},
			 .pixels = 64,
			 .label_ndim = 1,
			 .label_shape = {64},
			 .classes = 96,
			 .scale = 1};

	(void)state;
	assert_int_equal(npz_array("fixtures/text-test.npz", "tokens", 0, &token, &err), BRC_OK);
	assert_int_equal(npz_array("fixtures/text-test.npz", "targets", 0, &target, &err), BRC_OK);
	assert_int_equal(brc_array_convert(&token, "<i4", "tokens", &err), BRC_OK);
	assert_int_equal(brc_array_convert(&target, "<i4", "targets", &err), BRC_OK);
	d.image = token.data;
	d.label = target.data;
	check_counts("text-transformer", &d);
	brc_array_clear(&token);
	brc_array_clear(&target);
}

/* ---- layers that are chosen ---- */

/* What was chosen of a network, as "a b c". */
static char *chosen_in(const char *path, unsigned units, char *buf, size_t cap)
{
	brc_net *net = network(path);
	const brc_layer_graph *c = brc_net_layer_graph(net);
	bool chosen[64];
	size_t n = 0;
	brc_err err = {0};

	assert_true(c->layers->n <= 64);
	snprintf(buf, cap, "none");
	if (brc_layer_graph_choose(c, units, chosen, &err) != BRC_OK) {
		assert_int_equal(err.code, BRC_DATA);
		memset(chosen, 0, sizeof(chosen));
	}
	for (size_t l = 0; l < c->layers->n && n < cap; l++)
		if (chosen[l])
			n += (size_t)snprintf(buf + n, cap - n, "%s%s", n ? " " : "",
					      c->layers->name[l]);
	brc_net_free(net);
	return buf;
}

static void parts_are_found_by_use(void **state)
{
	static const struct {
		const char *path, *mlp, *heads;
	} networks[] = {
		{"fixtures/fashion-vit.onnx",
		 "blocks.block1.mlp.fc1 blocks.block2.mlp.fc1 blocks.block3.mlp.fc1",
		 "blocks.block1.attention.value blocks.block2.attention.value "
		 "blocks.block3.attention.value"},
		{"fixtures/text-transformer.onnx",
		 "blocks.block1.mlp.fc1 blocks.block2.mlp.fc1 blocks.block3.mlp.fc1",
		 "blocks.block1.attention.qkv blocks.block2.attention.qkv "
		 "blocks.block3.attention.qkv"},
		{"fixtures/fashion-mlp.onnx", "hidden1 hidden2 hidden3 hidden4", "none"},
		{"fixtures/fashion-vgg.onnx", "classifier.fc1", "none"},
		{"fixtures/fashion-resnet.onnx", "none", "none"},
		{"fixtures/fashion-mobilenet.onnx", "none", "none"},
		{"fixtures/small/attention.onnx", "none", "value"},
		{"fixtures/small/layer-norm.onnx", "none", "none"}, /* normalised before it bends */
		{"tests/golden/net/heads/library.onnx", "fc1", "attention.attention"},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(*networks); i++) {
		assert_string_equal(chosen_in(networks[i].path, BRC_UNITS_MLP, text, sizeof(text)),
				    networks[i].mlp);
		assert_string_equal(
			chosen_in(networks[i].path, BRC_UNITS_HEADS, text, sizeof(text)),
			networks[i].heads);
	}
}

static const brc_block *block_between(const brc_blocks *b, const char *from, const char *to)
{
	for (size_t k = 0; k < b->n; k++)
		if (strcmp(b->layers.name[b->block[k].from], from) == 0 &&
		    strcmp(b->layers.name[b->block[k].to], to) == 0)
			return &b->block[k];
	fail_msg("no weights between '%s' and '%s'", from, to);
	return NULL;
}

static void weights_through_the_residual_stream(void **state)
{
	static const struct {
		const char *member, *from, *to;
	} ways[] = {
		{"value1.fc11", "blocks.block1.attention.value", "blocks.block1.mlp.fc1"},
		{"value1.value3", "blocks.block1.attention.value", "blocks.block3.attention.value"},
		{"fc11.value2", "blocks.block1.mlp.fc1", "blocks.block2.attention.value"},
		{"fc12.fc13", "blocks.block2.mlp.fc1", "blocks.block3.mlp.fc1"},
	};
	static const char *const norms[] = {"l1", "l2"};

	(void)state;
	for (int norm = BRC_NORM_L1; norm <= BRC_NORM_L2; norm++) {
		brc_net *net = network_in("fixtures", "fashion-vit", (brc_norm)norm);
		const brc_layer_graph *c = brc_net_layer_graph(net);
		brc_blocks b;
		brc_err err = {0};

		assert_int_equal(
			brc_unit_graph_make(c, BRC_UNITS_MLP | BRC_UNITS_HEADS, 0, &b, &err),
			BRC_OK);
		assert_int_equal(b.n, 15); /* every pair of six layers */
		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
			const brc_block *k = block_between(&b, ways[i].from, ways[i].to);
			char member[32];
			brc_array want;

			snprintf(member, sizeof(member), "%s.%s", ways[i].member, norms[norm]);
			want = need_golden("heads/fashion-vit", member, "<f4");
			assert_int_equal(want.count,
					 b.layers.units[k->from] * b.layers.units[k->to]);
			assert_close(k->w, want.data, want.count, 1e-5, member);
			brc_array_clear(&want);
		}
		brc_blocks_clear(&b);
		assert_int_equal(brc_unit_graph_make(c, BRC_UNITS_MLP, 1000, &b, &err),
				 BRC_RESOURCE);
		brc_net_free(net);
	}
}

static void weights_of_several_ways_add_up(void **state)
{
	(void)state;
	for (int norm = BRC_NORM_L1; norm <= BRC_NORM_L2; norm++) {
		brc_net *net = network_in("tests/golden/net/heads", "two-ways", (brc_norm)norm);
		const brc_layer_graph *c = brc_net_layer_graph(net);
		brc_array want = need_golden("heads/two-ways", norm ? "l2" : "l1", "<f4");
		brc_blocks b;
		brc_err err = {0};

		assert_int_equal(brc_unit_graph_make(c, BRC_UNITS_MLP, 0, &b, &err), BRC_OK);
		assert_int_equal(b.n, 1);
		assert_close(b.block[0].w, want.data, want.count, 1e-5, "two ways");
		brc_blocks_clear(&b);
		brc_array_clear(&want);
		brc_net_free(net);
	}
}

static brc_blocks all_weights(const char *name)
{
	brc_net *net = network_in("tests/golden/net/heads", name, BRC_NORM_L1);
	brc_blocks b;
	brc_err err = {0};

	if (brc_unit_graph_make(brc_net_layer_graph(net), BRC_UNITS_ALL, 0, &b, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_net_free(net);
	return b;
}

/* The operator Attention passes values on as the products do that say the same. */
static void one_node_has_the_weights_of_many(void **state)
{
	brc_blocks one = all_weights("one-node"), many = all_weights("grouped");

	(void)state;
	assert_int_equal(one.n, many.n);
	for (size_t k = 0; k < one.n; k++) {
		const brc_block *a = &one.block[k], *b = &many.block[k];

		assert_int_equal(a->from, b->from);
		assert_int_equal(a->to, b->to);
		assert_int_equal(one.layers.units[a->from], many.layers.units[b->from]);
		assert_close(a->w, b->w, one.layers.units[a->from] * one.layers.units[a->to], 1e-6,
			     "weights");
	}
	brc_blocks_clear(&one);
	brc_blocks_clear(&many);
}

static void words_choose_the_units(void **state)
{
	char text[64];
	unsigned units;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_units_parse("heads,mlp,heads", &units, &err), BRC_OK);
	assert_int_equal(units, BRC_UNITS_MLP | BRC_UNITS_HEADS);
	assert_string_equal(brc_units_text(units, text), "mlp,heads");
	assert_string_equal(brc_units_text(15, text), "hidden,all,mlp,heads");
	assert_int_equal(brc_units_parse("mlp,", &units, &err), BRC_USAGE);
	assert_int_equal(brc_units_parse("", &units, &err), BRC_USAGE);
	assert_int_equal(brc_units_parse("head", &units, &err), BRC_USAGE);
	assert_string_equal(err.message, "--units: 'head' is no kind of units");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_of_every_layout),
		cmocka_unit_test(heads_with_a_layer_each),
		cmocka_unit_test(a_vision_transformer_loses_what_torch_loses),
		cmocka_unit_test(a_text_transformer_loses_what_torch_loses),
		cmocka_unit_test(parts_are_found_by_use),
		cmocka_unit_test(weights_through_the_residual_stream),
		cmocka_unit_test(weights_of_several_ways_add_up),
		cmocka_unit_test(one_node_has_the_weights_of_many),
		cmocka_unit_test(words_choose_the_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
