/* The records of operators: each is complete, and nothing about an operator stands elsewhere. */
#include "model_build.h"

#include "exec/make.h"

#define FAMILY(NAME) brc_##NAME##_ops,

/* Operator i of all; NULL behind the last. */
static const brc_op *op_at(size_t i)
{
	static const brc_op *const family[] = {BRC_FAMILIES(FAMILY)};

	for (size_t f = 0; f < sizeof(family) / sizeof(*family); f++)
		for (const brc_op *op = family[f]; op->type; op++)
			if (i-- == 0)
				return op;
	return NULL;
}

static const size_t bytes[] = {
	[BRC_ATTRIBUTE_UNREAD] = 0,
	[BRC_ATTRIBUTE_INT] = sizeof(int64_t),
	[BRC_ATTRIBUTE_FLAG] = sizeof(bool),
	[BRC_ATTRIBUTE_FLOAT] = sizeof(float),
	[BRC_ATTRIBUTE_LIST] = sizeof(brc_list),
	[BRC_ATTRIBUTE_CHOICE] = sizeof(size_t),
};

static void every_operator_has_a_name_of_its_own(void **state)
{
	const brc_op *op;
	size_t n = 0;

	(void)state;
	for (; (op = op_at(n)); n++) {
		assert_non_null(op->type);
		if (brc_op_find(op->type) != op)
			fail_msg("%s stands twice", op->type);
	}
	assert_true(n > 70);
	assert_null(brc_op_find("NonMaxSuppression"));
	assert_null(brc_op_find(brc_layout_op.type)); /* no operator of ONNX's */
}

static void every_operator_says_how_it_is_traced(void **state)
{
	const brc_op *op;

	(void)state;
	for (size_t i = 0; (op = op_at(i)); i++) {
		brc_trace t = op->trace;
		bool elementwise = t == BRC_TRACE_SAME || t == BRC_TRACE_COMBINE ||
				   t == BRC_TRACE_SUM || t == BRC_TRACE_PRODUCT ||
				   t == BRC_TRACE_QUOTIENT;

		if (t == BRC_TRACE_MISSING || t > BRC_TRACE_RECURRENT)
			fail_msg("%s does not say how it is traced", op->type);
		if ((t == BRC_TRACE_WEIGHTS || t == BRC_TRACE_MATMUL || t == BRC_TRACE_RECURRENT) !=
			    !!op->weights ||
		    (t == BRC_TRACE_AFFINE) != !!op->affine ||
		    (t == BRC_TRACE_REDUCE || t == BRC_TRACE_ALONG) != !!op->reduced ||
		    (t == BRC_TRACE_SUM && op->max_in < 2) || (op->weights && !op->flops))
			fail_msg("%s cannot be traced as it says", op->type);
		if ((op->activation || op->line || op->parameters) && !elementwise)
			fail_msg("%s is part of an activation function", op->type);
		if ((op->line || op->parameters) && !op->activation)
			fail_msg("%s is a line, or has parameters, and no activation", op->type);
	}
}

static void every_operator_can_be_inferred_and_run(void **state)
{
	const brc_op *op;

	(void)state;
	for (size_t i = 0; (op = op_at(i)); i++) {
		bool view = op->trace == BRC_TRACE_MOVE || op->trace == BRC_TRACE_SAME;

		if (!op->infer || op->min_in > op->max_in || op->max_out < 1)
			fail_msg("%s is incomplete", op->type);
		if (!op->run && !view && op->trace != BRC_TRACE_MIX) /* MIX: a constant */
			fail_msg("%s has nothing to run", op->type);
		if (op->adds && (op->min_in != 2 || op->max_in != 2 || !op->in_place))
			fail_msg("%s adds two operands, and takes others", op->type);
		if (op->in_place && !op->run)
			fail_msg("%s runs in place, and does not run", op->type);
	}
}

static void every_attribute_has_its_place_among_the_arguments(void **state)
{
	const brc_op *op;

	(void)state;
	for (size_t i = 0; (op = op_at(i)); i++) {
		for (const brc_attribute *a = op->attributes; a && a->name; a++) {
			size_t choices = 0;

			if (brc_op_attribute(op, a->name) != a)
				fail_msg("%s has '%s' twice", op->type, a->name);
			if (bytes[a->kind] && a->at + bytes[a->kind] > op->args)
				fail_msg("%s: '%s' lies outside", op->type, a->name);
			while (a->kind == BRC_ATTRIBUTE_CHOICE && a->choice[choices])
				choices++;
			if (a->kind == BRC_ATTRIBUTE_CHOICE && (size_t)a->whole >= choices)
				fail_msg("%s: '%s' has no default", op->type, a->name);
		}
	}
}

/* ---- attributes are read ---- */

static void add_value(Brc__OnnxNode *p, const brc_attribute *a, int64_t value)
{
	const int64_t list[2] = {value, value + 1};
	Brc__OnnxAttribute *made_of;

	if (a->kind == BRC_ATTRIBUTE_LIST) {
		add_int_list(p, a->name, 2, list);
	} else if (a->kind == BRC_ATTRIBUTE_FLOAT) {
		made_of = add_attribute(p, a->name, 1);
		made_of->f = (float)value / 4;
		made_of->has_f = 1;
	} else if (a->kind == BRC_ATTRIBUTE_CHOICE) {
		made_of = add_attribute(p, a->name, 3);
		made_of->s.len = strlen(a->choice[0]);
		made_of->s.data = (uint8_t *)strdup(a->choice[0]);
		made_of->has_s = 1;
	} else {
		add_int(p, a->name, value);
	}
}

static void is_read(const brc_op *op, const brc_attribute *a, const char *args, int64_t value)
{
	const void *at = args + a->at;
	bool right = true;

	if (a->kind == BRC_ATTRIBUTE_INT)
		right = *(const int64_t *)at == value;
	else if (a->kind == BRC_ATTRIBUTE_FLAG)
		right = *(const bool *)at;
	else if (a->kind == BRC_ATTRIBUTE_FLOAT)
		right = *(const float *)at == (float)value / 4;
	else if (a->kind == BRC_ATTRIBUTE_CHOICE)
		right = *(const size_t *)at == 0;
	else if (a->kind == BRC_ATTRIBUTE_LIST)
		right = ((const brc_list *)at)->n == 2 &&
			((const brc_list *)at)->at[1] == value + 1;
	if (!right)
		fail_msg("%s: '%s' is not read", op->type, a->name);
}

/* In an operator set that has it; `read`, which wants more of a node, is not asked. */
static void every_attribute_is_read_from_a_file(void **state)
{
	const brc_op *op;

	(void)state;
	for (size_t i = 0; (op = op_at(i)); i++) {
		for (const brc_attribute *a = op->attributes; a && a->name; a++) {
			Brc__OnnxModel *m = new_model();
			Brc__OnnxNode *p = add_node(m, op->type, "", "y");
			int64_t value = 5;
			brc_err err = {0};
			void *args;
			brc_exec *g;

			if (a->kind == BRC_ATTRIBUTE_UNREAD) {
				free_model(m);
				continue;
			}
			add_value(p, a, value);
			assert_int_equal(brc_exec_begin(&g, 1024, &err), BRC_OK);
			g->opset = a->until ? a->until - 1 : op->read ? 6 : g->opset;
			if (brc_arguments_read(g, op, p, &args, &err) != BRC_OK)
				fail_msg("%s: %s", op->type, err.message);
			is_read(op, a, args, value);
			brc_exec_free(g);
			free_model(m);
		}
	}
}

static void a_list_that_became_an_input_belongs_to_one_operator_set(void **state)
{
	const brc_op *op = brc_op_find("Squeeze");
	const int64_t axes[] = {0};
	brc_exec *g;
	void *args;

	(void)state;
	for (int form = 0; form < 2; form++) { /* as attribute, as input */
		Brc__OnnxModel *m = new_model();
		Brc__OnnxNode *p = add_node(m, op->type, form ? "x axes" : "x", "y");

		if (!form)
			add_int_list(p, "axes", 1, axes);
		for (int64_t opset = 12; opset <= 13; opset++) {
			brc_rc want = (opset == 13) == (form == 1) ? BRC_OK : BRC_DATA;

			assert_int_equal(brc_exec_begin(&g, 1024, NULL), BRC_OK);
			g->opset = opset;
			assert_int_equal(brc_arguments_read(g, op, p, &args, NULL), want);
			brc_exec_free(g);
		}
		free_model(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operator_has_a_name_of_its_own),
		cmocka_unit_test(every_operator_says_how_it_is_traced),
		cmocka_unit_test(every_operator_can_be_inferred_and_run),
		cmocka_unit_test(every_attribute_has_its_place_among_the_arguments),
		cmocka_unit_test(every_attribute_is_read_from_a_file),
		cmocka_unit_test(a_list_that_became_an_input_belongs_to_one_operator_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
