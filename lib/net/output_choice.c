/* Which of several outputs is the one that counts. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "net/network.h"

static bool begins(const char *name, const char *with)
{
	return strncasecmp(name, with, strlen(with)) == 0;
}

/* "hidden", "states", "cell_state", "hidden.1", "state2", but not "cell_type". */
static bool is_state(const char *name)
{
	static const char *const kind[] = {"hidden", "state", "cell"};
	static const char *const more[] = {"_state", "_out", "_n", "_new"};

	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++) {
		const char *rest = name + strlen(kind[i]);

		if (!begins(name, kind[i]))
			continue;
		rest += tolower((unsigned char)*rest) == 's';
		if (*rest == '\0' || *rest == '.' || isdigit((unsigned char)rest[*rest == '_']))
			return true;
		for (size_t k = 0; k < sizeof(more) / sizeof(*more); k++)
			if (begins(rest, more[k]))
				return true;
	}
	return false;
}

/* Hidden states, and keys and values for the next pass: no answer of the network. */
static bool carries_on(const char *name)
{
	static const char *const whole[] = {"h",  "c",     "hn",    "cn", "h_n", "c_n",   "hy",
					    "cy", "h_out", "c_out", "h1", "c1",  "new_h", "new_c"};

	if (begins(name, "present") || begins(name, "past") || begins(name, "cache") ||
	    is_state(name))
		return true;
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (strcasecmp(name, whole[i]) == 0)
			return true;
	return false;
}

static const brc_operand *output(const brc_net *net, size_t k)
{
	return brc_exec_value(net->g, brc_exec_output_value(net->g, k));
}

/* What the model calls it: a value that stands for another may have a name of its own. */
static const char *name_of(const brc_net *net, size_t k)
{
	const Brc__OnnxGraph *p = net->model.model->graph;

	return k < p->n_output && p->output[k]->name ? p->output[k]->name : output(net, k)->name;
}

bool brc_net_output_counts(const brc_net *net, size_t k)
{
	return brc_exec_outputs(net->g) == 1 || !carries_on(name_of(net, k));
}

void brc_net_choose_output(brc_net *net)
{
	size_t n = brc_exec_outputs(net->g), left = 0, last = 0;

	net->output = BRC_NOWHERE;
	for (size_t k = 0; k < n; k++) {
		if (strcasecmp(name_of(net, k), "logits") == 0)
			net->output = brc_exec_output_value(net->g, k);
		if (!brc_net_output_counts(net, k))
			continue;
		left++;
		last = k;
	}
	if (net->output == BRC_NOWHERE && left == 1)
		net->output = brc_exec_output_value(net->g, last);
}

brc_rc brc_net_need_output(const brc_net *net, brc_err *err)
{
	brc_str list = {0};

	if (net->output != BRC_NOWHERE)
		return BRC_OK;
	for (size_t k = 0; k < brc_exec_outputs(net->g) && list.len < 300; k++)
		brc_str_addf(&list, "%s'%.100s' %s", k ? ", " : "", name_of(net, k),
			     brc_shape_text(output(net, k)).s);
	brc_fail(err, BRC_DATA, "the network has %zu outputs: %s", brc_exec_outputs(net->g),
		 list.failed ? "" : list.s);
	brc_str_free(&list);
	return brc_hint(err, "--output NAME says which is meant");
}

const char *brc_net_output_taken(const brc_net *net)
{
	return brc_exec_outputs(net->g) > 1 && net->output != BRC_NOWHERE
		       ? brc_exec_value(net->g, net->output)->name
		       : NULL;
}
