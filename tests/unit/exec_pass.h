/* Whole passes through a graph, in memory of their own. */
#ifndef TESTS_UNIT_EXEC_PASS_H
#define TESTS_UNIT_EXEC_PASS_H

#include "exec/exec.h"
#include "exec/nodes.h"

typedef struct exec_pass {
	brc_schedule *s;
	brc_workspace *w;
} exec_pass;

static inline brc_rc exec_pass_new(exec_pass *p, const brc_exec *g, brc_err *err)
{
	*p = (exec_pass){.s = NULL};
	BRC_TRY(brc_schedule_new(&p->s, g, err));
	return brc_workspace_for(&p->w, p->s, err);
}

static inline void exec_pass_free(exec_pass *p)
{
	brc_workspace_free(p->w);
	brc_schedule_free(p->s);
}

/* Compute every output. */
static inline brc_rc exec_pass_run(brc_workspace *w, brc_err *err)
{
	brc_workspace_start(w);
	return brc_workspace_finish(w, err);
}

/* Output k: its shape, and its elements if it is a constant. */
static inline const brc_operand *output_of(const brc_exec *g, size_t k)
{
	return brc_exec_value(g, brc_exec_output_value(g, k));
}

#endif
