#include "classify.h"

#include <stdio.h>
#include <string.h>

/* What a message says of an operator that never runs here (lib/exec/refused.c) follows this. */
static const char unsupported[] = " is not supported: ";

/* Parts of other messages, and the reasons that they give. */
static const struct pattern {
	const char *part, *reason;
} patterns[] = {
	{"it is switched on", "it is switched on for training"},
	{"training mode is not supported", "it is switched on for training"},
	{"STRING", "it works on texts"},
	{"(Scan): its form up to operator set 8", "Scan had another form up to operator set 8"},
};

/* Does a sequence, or a value that may be missing, go in or out? */
static bool is_tensor(const Brc__OnnxValueInfo *v)
{
	return v->type && v->type->tensor_type;
}

bool classify(const brc_onnx *m, const char *message, char reason[REASON])
{
	const Brc__OnnxGraph *g = m->model->graph;
	const char *at = strstr(message, unsupported), *why = NULL;

	for (size_t i = 0; i < g->n_input + g->n_output; i++)
		if (!is_tensor(i < g->n_input ? g->input[i] : g->output[i - g->n_input]))
			why = "a sequence, or a value that may be missing, goes in or out";
	if (!why && at)
		why = at + strlen(unsupported);
	for (size_t i = 0; !why && i < sizeof(patterns) / sizeof(*patterns); i++)
		if (strstr(message, patterns[i].part))
			why = patterns[i].reason;
	snprintf(reason, REASON, "%s", why ? why : "");
	return why;
}
