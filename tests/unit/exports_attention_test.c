/*
 * Attention as people write it, exported by torch with a dynamic batch and length
 * (tests/oracle/exports_attention.py): what the network answers, its heads, and the hidden layers
 * of its MLPs. `make check-oracles` compares more of them with torch, at every operator set.
 */
#include "net_fixture.h"

typedef struct export
{
	brc_array tokens, output;
	brc_dataset data;
	brc_net *net;
}
export;

static bool has(const char *name, const char *kind, const char *layer, brc_array *a)
{
	char golden[96], member[128];

	snprintf(golden, sizeof(golden), "../exports/%s", name);
	snprintf(member, sizeof(member), "%s.%s", kind, layer);
	return golden_array(golden, member, "<i4", a);
}

static export begin(const char *name)
{
	static const int32_t label[64];
	char golden[96], path[128];
	brc_err err = {0};
	export e;

	snprintf(golden, sizeof(golden), "../exports/%s", name);
	snprintf(path, sizeof(path), "fixtures/exports/%s.onnx", name);
	e.tokens = need_golden(golden, "input", "<i4");
	e.output = need_golden(golden, "output", "<f4");
	e.data = (brc_dataset){.image = e.tokens.data,
			       .pixel = BRC_PIXEL_I4,
			       .n = e.tokens.shape[0],
			       .ndim = 1,
			       .shape = {e.tokens.shape[1]},
			       .pixels = e.tokens.shape[1],
			       .label = label,
			       .label_ndim = 1,
			       .label_shape = {e.tokens.shape[1]},
			       .classes = 11,
			       .scale = 1};
	assert_true(e.tokens.count <= 64);
	if (brc_net_read(&e.net, path, &(brc_net_options){.data = &e.data}, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return e;
}

static void end(export *e)
{
	brc_net_free(e->net);
	brc_array_clear(&e->tokens);
	brc_array_clear(&e->output);
}

static void check_output(const char *name, const export *e)
{
	const brc_run_options how = {.logits = true};
	const float *logits;
	brc_run_plan *p;
	brc_err err = {0};
	brc_run *r;

	assert_int_equal(brc_run_plan_new(&p, e->net, &how, &err), BRC_OK);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_true(e->data.n <= p->rows);
	assert_int_equal(brc_run_start(r, &e->data, NULL, 0, e->data.n, &err), BRC_OK);
	assert_int_equal(brc_run_finish(r, &logits, &err), BRC_OK);
	assert_int_equal(e->output.count, e->data.n * brc_net_io_of(e->net)->positions *
						  brc_net_io_of(e->net)->classes);
	assert_close(logits, e->output.data, e->output.count, 1e-5, name);
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
}

/* Every layer is traced, and is the part that torch's module is, or none. */
static void check_parts(const char *name, const export *e)
{
	size_t heads = 0, mlps = 0;

	for (size_t l = 1; l < brc_net_layers(e->net)->n; l++) {
		const brc_net_layer *x = brc_net_layer_at(e->net, l);
		brc_array a;

		if (x->untraced)
			fail_msg("%s: %s is not traced", name, x->name);
		if (x->mlp != has(name, "mlp", x->name, &a))
			fail_msg("%s: %s is%s a hidden layer", name, x->name, x->mlp ? "" : " not");
		mlps += x->mlp;
		brc_array_clear(&a);
		if (!!x->head != has(name, "head", x->name, &a))
			fail_msg("%s: %s has%s heads", name, x->name, x->head ? "" : " no");
		if (x->head) {
			assert_int_equal(a.count, x->units);
			assert_memory_equal(x->head, a.data, a.count * sizeof(*x->head));
			heads++;
		}
		brc_array_clear(&a);
	}
	assert_true(heads >= 2 && mlps >= 2);
}

static void attention_in_every_way(void **state)
{
	static const char *const names[] = {"list",   "joined", "addmm", "library",
					    "einsum", "rotary", "pairs", "alibi"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[64];
		export e;

		snprintf(name, sizeof(name), "attention-%s", names[i]);
		e = begin(name);
		check_output(name, &e);
		check_parts(name, &e);
		end(&e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attention_in_every_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
