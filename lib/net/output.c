#include "net/output.h"

#include <string.h>

#include "net/inputs.h"

static const brc_node *producer(const brc_exec *g, size_t value)
{
	for (size_t i = 0; i < brc_exec_nodes(g); i++)
		for (size_t k = 0; k < brc_exec_node(g, i)->n_out; k++)
			if (brc_exec_node(g, i)->out[k] == value)
				return brc_exec_node(g, i);
	return NULL;
}

/* Of elements of a node's output that are `step` apart: how many times one image has as many. */
static size_t rows_inside(const brc_net *net, const brc_node *n, size_t step)
{
	const brc_operand *y = brc_exec_value(net->g, n->out[0]);
	size_t behind = 1;

	if (!net->tracked || y->batch == BRC_NOWHERE)
		return 1;
	for (size_t k = y->batch; k < y->ndim; k++)
		behind *= y->dim[k];
	return step >= behind ? net->rows : 1;
}

/* Does the node put out a part of a value that the network computes? */
static bool is_part(const brc_exec *g, const brc_node *n)
{
	static const char *const type[] = {"Gather", "Slice", "Split"};

	for (size_t i = 0; i < sizeof(type) / sizeof(*type); i++)
		if (strcmp(brc_node_type(n), type[i]) == 0)
			return brc_exec_value(g, n->in[0])->state == BRC_COMPUTED;
	return false;
}

/* Views and Transposes may come after it, and a part of it may be taken. */
static void find_closing(brc_net *net)
{
	brc_closing *c = &net->closing;
	const brc_node *n = producer(net->g, net->output);

	*c = (brc_closing){0};
	net->logits = net->output;
	while (n && (brc_node_is_view(n) || is_part(net->g, n) ||
		     strcmp(brc_node_type(n), "Transpose") == 0)) {
		c->cut = c->cut || is_part(net->g, n);
		c->behind = c->behind || c->cut || !brc_node_is_view(n);
		n = producer(net->g, n->in[0]);
	}
	if (!n)
		return;
	c->softmax = brc_node_softmax_size(n, &c->step);
	c->step /= rows_inside(net, n, c->step);
	c->logs = strcmp(brc_node_type(n), "LogSoftmax") == 0;
	c->sigmoid = strcmp(brc_node_type(n), "Sigmoid") == 0;
	if ((c->softmax || c->sigmoid) && !c->behind)
		net->logits = n->in[0];
}

brc_rc brc_net_note_output(brc_net *net, brc_err *err)
{
	const brc_operand *y;
	brc_net_io *io = &net->io;

	io->scored = false;
	io->classes = io->positions = io->out_ndim = 0;
	if (net->output == BRC_NOWHERE)
		return BRC_OK;
	y = brc_exec_value(net->g, net->output);
	if (y->state != BRC_COMPUTED)
		return brc_fail(err, BRC_DATA, "the output '%.200s' does not depend on the input",
				y->name);
	find_closing(net);
	if (y->elem != BRC_ELEM_FLOAT || y->count == 0 ||
	    !brc_net_item_shape(net, y, &io->out_ndim, io->out_shape))
		return BRC_OK;
	io->scored = true;
	io->positions = io->tokens && io->out_ndim == 2 ? io->out_shape[0] : 1;
	io->classes = y->count / net->rows / io->positions;
	return BRC_OK;
}

brc_rc brc_net_no_scores(const brc_net *net, brc_err *err)
{
	const brc_operand *y;

	BRC_TRY(brc_net_need_output(net, err));
	y = brc_exec_value(net->g, net->output);
	brc_fail(err, BRC_DATA, "the output '%.200s' of shape %s %s", y->name, brc_shape_text(y).s,
		 y->elem == BRC_ELEM_FLOAT ? "has not a row of scores for each image"
					   : "holds whole numbers, not scores");
	return brc_hint(err,
			"--output NAME takes another value of the network as its output; graphs, "
			"activations and clustering need none");
}
