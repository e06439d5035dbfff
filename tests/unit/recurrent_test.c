/*
 * Recurrent networks: what they compute, with units silenced at every step, and the edges between
 * their units, against torch's modules and formulas in NumPy (tests/oracle/recurrent.py).
 */
#include "model_build.h"
#include "net_fixture.h"

#define TOLERANCE 1e-5

enum { LAYERS = 5, MEMBER = 64, NAME = 64 };

static const char *const names[] = {"lstm",    "gru-both", "rnn",    "gates",
				    "coupled", "back",     "planted"};
static const size_t recurrent[] = {2, 2, 1, 1, 1, 1, 1}; /* their first layers */
enum { NETWORKS = sizeof(names) / sizeof(*names) };

static brc_net *read_for(const char *name, brc_norm norm)
{
	brc_err err = {0};
	char path[128];
	brc_net *net;

	snprintf(path, sizeof(path), "fixtures/recurrent/%s.onnx", name);
	if (brc_net_read(&net, path, &(brc_net_options){.norm = norm}, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static bool member_of(const char *name, const char *member, const char *dtype, brc_array *a)
{
	char of[NAME];

	snprintf(of, sizeof(of), "recurrent/%s", name);
	return golden_array(of, member, dtype, a);
}

static brc_array need(const char *name, const char *dtype, const char *kind, size_t layer)
{
	char member[MEMBER];
	brc_array a;

	snprintf(member, sizeof(member), layer ? "%s.%zu" : "%s", kind, layer);
	if (!member_of(name, member, dtype, &a))
		fail_msg("%s has no %s", name, member);
	return a;
}

static void outputs_are_torchs(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_for(names[i], BRC_NORM_L1);
		brc_array x = need(names[i], "<f4", "input", 0);
		brc_array want = need(names[i], "<f4", "output", 0);
		float *got = logits_of(net, x.data, x.shape[0]);

		assert_close(got, want.data, want.count, TOLERANCE, names[i]);
		free(got);
		brc_array_clear(&x);
		brc_array_clear(&want);
		brc_net_free(net);
	}
}

static void check_value(const brc_net *net, const char *name, size_t layer, const brc_array *x,
			const brc_array *want)
{
	pass t = begin_pass(net, &layer, 1, BRC_STAGE_POST, false, x->data, x->shape[0]);
	const brc_unit_view *v = &t.p->view[0];
	const float *value, *w = want->data;
	brc_err err = {0};

	assert_int_equal(brc_run_until(t.r, 0, &value, &err), BRC_OK);
	assert_int_equal(v->positions, x->shape[1]);
	assert_int_equal(v->units, want->shape[2]);
	for (size_t i = 0; i < want->count; i++) {
		size_t u = i % v->units, step = i / v->units % v->positions;
		size_t row = i / v->units / v->positions;

		assert_close(&value[row * v->row_step + v->position[step] + u * v->unit_step],
			     &w[i], 1, TOLERANCE, name);
	}
	end_pass(&t);
}

static void units_are_recorded_at_every_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_for(names[i], BRC_NORM_L1);
		brc_array x = need(names[i], "<f4", "input", 0), want;
		size_t found = 0;

		for (size_t l = 1; l <= recurrent[i]; l++) {
			char member[MEMBER];

			snprintf(member, sizeof(member), "post.%zu", l);
			if (!member_of(names[i], member, "<f4", &want))
				continue;
			found++;
			check_value(net, names[i], l, &x, &want);
			brc_array_clear(&want);
		}
		assert_true(found > 0);
		brc_array_clear(&x);
		brc_net_free(net);
	}
}

/* ---- lesions ---- */

static size_t list_units(const brc_array *mask, int32_t *unit)
{
	size_t n = 0;

	for (size_t u = 0; u < mask->count; u++)
		if (((const uint8_t *)mask->data)[u])
			unit[n++] = (int32_t)u;
	return n;
}

static void check_lesion(const brc_net *net, const char *name, size_t layer, brc_stage stage,
			 const brc_array *x)
{
	const brc_run_options how = {
		.layer = &layer, .n = 1, .stage = stage, .logits = true, .silence = true};
	const brc_dataset d = float_images(net, x->data, x->shape[0]);
	brc_array mask = need(name, "|u1", "mask", layer);
	brc_array want = need(name, "<f4", stage == BRC_STAGE_POST ? "zero" : "in", layer);
	brc_array plain = need(name, "<f4", "output", 0);
	int32_t unit[64];
	size_t n = list_units(&mask, unit);
	const float *got;
	brc_err err = {0};
	brc_run_plan *p;
	brc_run *r;

	assert_int_equal(mask.count, brc_net_layers(net)->units[layer]);
	if (brc_run_plan_new(&p, net, &how, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, x->shape[0], &err), BRC_OK);
	assert_int_equal(brc_run_until(r, 0, &got, &err), BRC_OK);
	for (size_t again = 0; again < 2; again++) {
		assert_int_equal(brc_run_silenced(r, 0, unit, n, &got, &err), BRC_OK);
		assert_close(got, want.data, want.count, TOLERANCE, name);
	}
	assert_int_equal(brc_run_finish(r, &got, &err), BRC_OK); /* the pass is unharmed */
	assert_close(got, plain.data, plain.count, TOLERANCE, name);
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
	brc_array_clear(&mask);
	brc_array_clear(&want);
	brc_array_clear(&plain);
}

static void lesions_silence_units_at_every_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_for(names[i], BRC_NORM_L1);
		brc_array x = need(names[i], "<f4", "input", 0);

		for (size_t l = 1; l <= recurrent[i]; l++) {
			check_lesion(net, names[i], l, BRC_STAGE_POST, &x);
			check_lesion(net, names[i], l, BRC_STAGE_SUM, &x);
		}
		brc_array_clear(&x);
		brc_net_free(net);
	}
}

/* Both directions stop where their input is: one stop for each, in one pass. */
static void lesions_of_several_layers_share_a_pass(void **state)
{
	static const size_t layers[2] = {1, 2};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const brc_run_options how = {.layer = layers,
					     .n = 2,
					     .stage = BRC_STAGE_POST,
					     .logits = true,
					     .silence = true};
		brc_net *net = read_for(names[i], BRC_NORM_L1);
		brc_array x = need(names[i], "<f4", "input", 0);
		const brc_dataset d = float_images(net, x.data, x.shape[0]);
		brc_err err = {0};
		brc_run_plan *p;
		brc_run *r;

		assert_int_equal(brc_run_plan_new(&p, net, &how, &err), BRC_OK);
		assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
		assert_int_equal(brc_run_start(r, &d, NULL, 0, x.shape[0], &err), BRC_OK);
		for (size_t t = 0; t < 2; t++) {
			size_t layer = layers[brc_schedule_tap(p->schedule, t)];
			brc_array mask = need(names[i], "|u1", "mask", layer);
			brc_array want = need(names[i], "<f4", "zero", layer);
			int32_t unit[64];
			const float *got;

			assert_int_equal(brc_run_until(r, t, &got, &err), BRC_OK);
			assert_int_equal(
				brc_run_silenced(r, t, unit, list_units(&mask, unit), &got, &err),
				BRC_OK);
			assert_close(got, want.data, want.count, TOLERANCE, names[i]);
			brc_array_clear(&mask);
			brc_array_clear(&want);
		}
		brc_runs_free(r, 1);
		brc_run_plan_free(p);
		brc_array_clear(&x);
		brc_net_free(net);
	}
}

/* ---- edges ---- */

static void edges_are_norms_over_gates(void **state)
{
	static const struct {
		brc_norm norm;
		const char *name;
	} norms[] = {{BRC_NORM_L1, "l1"},
		     {BRC_NORM_L2, "l2"},
		     {BRC_NORM_COLSUM, "colsum"},
		     {BRC_NORM_SPECTRAL, "spectral"}};

	(void)state;
	for (size_t k = 0; k < 4 * NETWORKS; k++) {
		const char *name = names[k / 4];
		brc_net *net = read_for(name, norms[k % 4].norm);
		const brc_layer_graph *g = brc_net_layer_graph(net);
		size_t within = 0;

		for (size_t e = 0; e < g->n_edges; e++) {
			size_t from = g->edge[e].from, to = g->edge[e].to;
			char member[MEMBER];
			brc_err err = {0};
			brc_array want;
			float *w;

			if (from > recurrent[k / 4]) /* between dense layers */
				continue;
			within += from == to;
			snprintf(member, sizeof(member), "%s.%zu.%zu", norms[k % 4].name, from, to);
			if (!member_of(name, member, "<f4", &want))
				fail_msg("%s has an edge %s that is not", name, member);
			w = malloc(want.count * sizeof(*w));
			assert_non_null(w);
			assert_int_equal(want.count, g->layers->units[from] * g->layers->units[to]);
			assert_int_equal(g->weights(g->of, e, w, &err), BRC_OK);
			assert_close(w, want.data, want.count, 2e-6, member);
			free(w);
			brc_array_clear(&want);
		}
		assert_int_equal(within, recurrent[k / 4]);
		brc_net_free(net);
	}
}

/* ---- what is refused ---- */

/* A change to a model of an LSTM: of two units on steps [N, 6, 5], from [N, 6, 5] or [5, 6, N]. */
typedef struct wrong {
	const char *inputs; /* of the node */
	const char *attribute, *text;
	int64_t number;
	float real; /* where text is NULL and number is 0 */
	bool steps_first;
	const char *says;
} wrong;

static const wrong refused[] = {
	{"x w r b", "layout", NULL, 0, 0, true, "it mixes the images of a batch"},
	{"x w r b", "hidden_size", NULL, 3, 0, false,
	 "its hidden_size is 3, and its weights have 2"},
	{"x r r b", "layout", NULL, 1, 0, false, "input 1 ('r') is [1, 8, 2]; [1, 8, 5] is needed"},
	{"x w w b", "layout", NULL, 1, 0, false,
	 "input 1 ('w') is [1, 8, 5]; [1, 20, 5] is needed"},
	{"x w r w", "layout", NULL, 1, 0, false, "input 3 ('w') is [1, 8, 5]; [1, 16] is needed"},
	{"x w x b", "layout", NULL, 1, 0, false, "depends on the network's input"},
	{"x w r b long", "layout", NULL, 1, 0, false, "a length of 7 steps, of 6"},
	{"x w r b lengths", "layout", NULL, 1, 0, false,
	 "its lengths of sequences are [3] for 2 rows"},
	{"x w r b - h", "layout", NULL, 1, 0, false,
	 "input 5 ('h') is [3, 1, 2], which does not fit"},
	{"x w r b - x", "layout", NULL, 1, 0, false, "does not fit 2 rows of 2 units"},
	{"x w r b", "direction", "bidirectional", 0, 0, false, "for two directions"},
	{"x w r b", "direction", "sideways", 0, 0, false,
	 "its direction 'sideways' is not supported"},
	{"x w r b", "activations", "Tanh", 0, 0, false, "it names 1 activation functions, not 3"},
	{"x w r b", "clip", NULL, 0, -1, false, "its clip is -1"},
};

static void attach(Brc__OnnxNode *p, const wrong *w)
{
	Brc__OnnxAttribute *a;

	if (!w->steps_first && strcmp(w->attribute, "layout") != 0)
		add_int(p, "layout", 1);
	if (!w->text && w->real == 0) {
		add_int(p, w->attribute, w->number);
		return;
	}
	a = add_attribute(p, w->attribute,
			  !w->text                              ? 1
			  : strcmp(w->attribute, "activations") ? 3
								: 8);
	if (!w->text) {
		a->f = w->real;
		a->has_f = 1;
	} else if (a->type == 3) {
		a->s.data = (uint8_t *)strdup(w->text);
		a->s.len = strlen(w->text);
		a->has_s = 1;
	} else {
		a->strings = made(sizeof(*a->strings));
		a->strings[0].data = (uint8_t *)strdup(w->text);
		a->strings[0].len = strlen(w->text);
		a->n_strings = 1;
	}
}

static void add_parameters(Brc__OnnxModel *m)
{
	static const int64_t w[] = {1, 8, 5}, r[] = {1, 8, 2}, b[] = {1, 16}, h[] = {3, 1, 2};
	static const int64_t lengths[] = {1, 2, 3}, too_long[] = {7, 7};
	static const float numbers[64] = {1};

	add_tensor(m, "w", BRC_ONNX_FLOAT, 3, w, numbers, 40 * sizeof(float));
	add_tensor(m, "r", BRC_ONNX_FLOAT, 3, r, numbers, 16 * sizeof(float));
	add_tensor(m, "b", BRC_ONNX_FLOAT, 2, b, numbers, 16 * sizeof(float));
	add_tensor(m, "h", BRC_ONNX_FLOAT, 3, h, numbers, 6 * sizeof(float));
	add_list(m, "lengths", 3, lengths);
	add_list(m, "long", 2, too_long);
}

static void layers_that_contradict_themselves_are_refused(void **state)
{
	static const int64_t extent[3] = {-1, 6, 5};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		Brc__OnnxModel *m = new_model();
		brc_err err = {0};
		uint8_t *bytes;
		brc_net *net;
		size_t size;

		m->opset_import[0]->version = 14;
		add_input(m, "x", 3, extent);
		add_output(m, "answer");
		add_parameters(m);
		add_weights(m, "out", 12, 3);
		attach(add_node(m, "LSTM", refused[i].inputs, "y"), &refused[i]);
		add_node(m, "Flatten", "y", "f");
		add_node(m, "MatMul", "f out", "answer");
		bytes = pack_model(m, &size);
		if (brc_net_decode(&net, bytes, size, NULL, &err) != BRC_DATA)
			fail_msg("%s is not refused: %s", refused[i].says, err.message);
		if (!strstr(err.message, "node 'my-y' (LSTM)") ||
		    !strstr(err.message, refused[i].says))
			fail_msg("'%s' does not say '%s'", err.message, refused[i].says);
		free(bytes);
	}
}

/* A file of some bytes says: three million steps, of constants. */
static void constants_are_not_computed_for_ever(void **state)
{
	static const int64_t extent[2] = {-1, 3}, shape[3] = {3000000, 1, 1}, w[] = {1, 4, 1};
	static const float numbers[4] = {1, 1, 1, 1};
	Brc__OnnxModel *m = new_model();
	brc_err err = {0};
	uint8_t *bytes;
	brc_net *net;
	size_t size;

	(void)state;
	add_input(m, "x", 2, extent);
	add_output(m, "answer");
	add_list(m, "shape", 3, shape);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 3, w, numbers, sizeof(numbers));
	add_weights(m, "v", 3, 2);
	add_node(m, "ConstantOfShape", "shape", "steps");
	add_node(m, "LSTM", "steps w w", "- last");
	add_node(m, "MatMul", "x v", "h");
	add_node(m, "Add", "h last", "answer");
	bytes = pack_model(m, &size);
	assert_int_equal(brc_net_decode(&net, bytes, size, NULL, &err), BRC_DATA);
	if (!strstr(err.message, "takes more operations than the size of the model accounts for"))
		fail_msg("%s", err.message);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_are_torchs),
		cmocka_unit_test(units_are_recorded_at_every_step),
		cmocka_unit_test(lesions_silence_units_at_every_step),
		cmocka_unit_test(lesions_of_several_layers_share_a_pass),
		cmocka_unit_test(edges_are_norms_over_gates),
		cmocka_unit_test(layers_that_contradict_themselves_are_refused),
		cmocka_unit_test(constants_are_not_computed_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
