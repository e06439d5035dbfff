#include "net/output.h"

#include <string.h>

static const brc_node *producer(const brc_exec *g, size_t value)
{
	for (size_t i = 0; i < brc_exec_nodes(g); i++)
		for (size_t k = 0; k < brc_exec_node(g, i)->n_out; k++)
			if (brc_exec_node(g, i)->out[k] == value)
				return brc_exec_node(g, i);
	return NULL;
}

/* Views and Transposes may come after it. */
static void find_closing(brc_net *net)
{
	brc_closing *c = &net->closing;
	const brc_node *n = producer(net->g, net->output);

	*c = (brc_closing){0};
	net->logits = net->output;
	while (n && (brc_node_is_view(n) || strcmp(brc_node_type(n), "Transpose") == 0)) {
		c->behind = c->behind || !brc_node_is_view(n);
		n = producer(net->g, n->in[0]);
	}
	if (!n)
		return;
	c->softmax = brc_node_softmax_size(n, &c->step);
	c->logs = strcmp(brc_node_type(n), "LogSoftmax") == 0;
	c->sigmoid = strcmp(brc_node_type(n), "Sigmoid") == 0;
	if ((c->softmax || c->sigmoid) && !c->behind)
		net->logits = n->in[0];
}

/* A row of floats for each image, the images first. */
static bool is_scored(const brc_operand *y)
{
	return y->elem == BRC_ELEM_FLOAT && y->ndim >= 1 && y->batch == 0 && y->inner == 1 &&
	       y->dim[0] == BRC_NET_ROWS && y->count > 0;
}

brc_rc brc_net_note_output(brc_net *net, brc_err *err)
{
	const brc_operand *y = brc_exec_value(net->g, net->output);
	brc_net_io *io = &net->io;

	if (y->state != BRC_COMPUTED)
		return brc_fail(err, BRC_DATA, "the output '%.200s' does not depend on the input",
				y->name);
	find_closing(net);
	io->scored = is_scored(y);
	io->classes = io->positions = io->out_ndim = 0;
	if (!io->scored)
		return BRC_OK;
	io->out_ndim = y->ndim - 1;
	memcpy(io->out_shape, y->dim + 1, io->out_ndim * sizeof(*y->dim));
	io->positions = io->tokens && y->ndim == 3 ? y->dim[1] : 1;
	io->classes = y->count / BRC_NET_ROWS / io->positions;
	return BRC_OK;
}

brc_rc brc_net_no_scores(const brc_net *net, brc_err *err)
{
	const brc_operand *y = brc_exec_value(net->g, net->output);

	brc_fail(err, BRC_DATA, "the output '%.200s' of shape %s %s", y->name, brc_shape_text(y).s,
		 y->elem == BRC_ELEM_FLOAT ? "has not a row of scores for each image"
					   : "holds whole numbers, not scores");
	return brc_hint(err,
			"--output NAME takes another value of the network as its output; graphs, "
			"activations and clustering need none");
}
