/*
 * The time loop of RNN, GRU and LSTM, by the formulas of onnx.ai/onnx/operators. Products with W
 * are computed for many steps at once, those with R step by step, by oneDNN's sgemm.
 */
#include <oneapi/dnnl/dnnl.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/gates.h"
#include "exec/operators/recurrent.h"

#define CHUNK ((size_t)1 << 20) /* floats of gates that are computed at a time */

/* A node at work. Each row of `gate` is one row's: the gates one after another. */
typedef struct work {
	const brc_recurrence *r;
	const brc_recurrent_args *args;
	brc_cell cell;
	const float *x, *w, *u, *b, *p; /* u: R */
	const int64_t *length;
	const brc_silenced *silenced; /* units of this node */
	float *y, *gate, *h, *c, *part, *bias;
	bool *failed;
} work;

/* ---- memory ---- */

static size_t steps_at_once(const brc_recurrence *r)
{
	size_t one = r->rows * r->gates * r->hidden, n = one ? CHUNK / one : 1;

	if (r->rows_first || n == 0) /* rows of one step do not lie one behind the other */
		return 1;
	return n < r->steps ? n : r->steps;
}

bool brc_recurrence_scratch(brc_recurrence *r, size_t *bytes)
{
	size_t states, gates;

	if (!brc_mul(r->rows, r->hidden, &states) || !brc_mul(states, r->gates, &gates))
		return false;
	r->chunk = steps_at_once(r);
	return brc_mul(gates, r->chunk, &gates) && brc_mul(states, 3, &states) &&
	       brc_add(gates, states, bytes) && brc_add(*bytes, r->gates * r->hidden, bytes) &&
	       brc_mul(*bytes, sizeof(float), bytes);
}

static void lay_out(work *k, float *scratch)
{
	const brc_recurrence *r = k->r;
	size_t states = r->rows * r->hidden;

	k->h = scratch;
	k->c = k->h + states;
	k->part = k->c + states;
	k->bias = k->part + states;
	k->gate = k->bias + r->gates * r->hidden;
}

/* ---- products ---- */

/* out[rows, n], rows `width` apart, += a[rows, k], rows `step` apart, times b[n, k] transposed. */
static void add_product(const work *k, size_t rows, size_t n, size_t inner, const float *a,
			size_t step, const float *b, float *out, size_t width)
{
	if (dnnl_sgemm('N', 'T', (dnnl_dim_t)rows, (dnnl_dim_t)n, (dnnl_dim_t)inner, 1, a,
		       (dnnl_dim_t)step, b, (dnnl_dim_t)inner, 1, out,
		       (dnnl_dim_t)width) != dnnl_success)
		*k->failed = true;
}

/* The gates of `steps` steps from X and the biases. */
static void from_inputs(const work *k, size_t first, size_t steps)
{
	const brc_recurrence *r = k->r;
	size_t width = r->gates * r->hidden, rows = steps * r->rows;
	size_t step = r->rows_first ? r->steps * r->inputs : r->inputs;

	for (size_t i = 0; i < rows; i++)
		memcpy(k->gate + i * width, k->bias, width * sizeof(*k->gate));
	add_product(k, rows, width, r->inputs,
		    k->x + first * (r->rows_first ? r->inputs : r->rows * r->inputs), step, k->w,
		    k->gate, width);
}

/* ---- units that are silenced ---- */

/* Zero them in x[width], once for each of n gates. */
static void silence(const work *k, bool weights, float *x, size_t n)
{
	const brc_silenced *s = k->silenced;

	if (!s || s->weights != weights)
		return;
	for (size_t g = 0; g < n; g++)
		for (size_t i = 0; i < s->n; i++)
			x[g * k->r->hidden + (size_t)s->unit[i]] = 0;
}

static void silence_rows(const work *k, bool weights, float *x, size_t n)
{
	for (size_t i = 0; k->silenced && i < k->r->rows; i++)
		silence(k, weights, x + i * n * k->r->hidden, n);
}

/* ---- one row of one step ---- */

static void apply(const work *k, size_t f, float *x)
{
	brc_gate_apply(&k->r->f[f], k->args->clip, x, k->r->hidden);
}

static void add_peephole(const work *k, size_t which, const float *c, float *gate)
{
	for (size_t u = 0; k->p && u < k->r->hidden; u++)
		gate[u] += k->p[which * k->r->hidden + u] * c[u];
}

/* Gates lie as i, o, f, c; peepholes as i, o, f. */
static void lstm_row(const work *k, float *gate, float *h, float *c)
{
	size_t n = k->r->hidden;
	float *in = gate, *out = gate + n, *forget = gate + 2 * n, *cell = gate + 3 * n;

	add_peephole(k, 0, c, in);
	add_peephole(k, 2, c, forget);
	apply(k, 0, in);
	apply(k, 0, forget);
	apply(k, 1, cell);
	for (size_t u = 0; u < n; u++)
		c[u] = (k->args->input_forget ? 1 - in[u] : forget[u]) * c[u] + in[u] * cell[u];
	add_peephole(k, 1, c, out);
	apply(k, 0, out);
	memcpy(h, c, n * sizeof(*h));
	brc_gate_apply(&k->r->f[2], k->args->clip, h, n);
	for (size_t u = 0; u < n; u++)
		h[u] *= out[u];
}

/* Gates lie as z, r, h; z and r have been applied. */
static void gru_row(const work *k, const float *gate, float *h)
{
	size_t n = k->r->hidden;

	for (size_t u = 0; u < n; u++)
		h[u] = (1 - gate[u]) * gate[2 * n + u] + gate[u] * h[u];
}

static bool goes_on(const work *k, size_t row, size_t step)
{
	return !k->length || (int64_t)step < k->length[row * k->r->length_step];
}

/* ---- one step ---- */

/* part: what the units before bring to the hidden gate, and the reset gate r holds back. */
static void gru_hidden(const work *k, float *gate)
{
	const brc_recurrence *r = k->r;
	size_t n = r->hidden, width = 3 * n;
	const float *u = k->u + 2 * n * n, *bias = k->b ? k->b + 5 * n : NULL;

	for (size_t i = 0; i < r->rows; i++)
		for (size_t j = 0; j < n; j++)
			k->part[i * n + j] = !k->args->linear_before_reset
						     ? gate[i * width + n + j] * k->h[i * n + j]
					     : bias ? bias[j]
						    : 0;
	if (!k->args->linear_before_reset) {
		add_product(k, r->rows, n, n, k->part, n, u, gate + 2 * n, width);
		return;
	}
	add_product(k, r->rows, n, n, k->h, n, u, k->part, n);
	for (size_t i = 0; i < r->rows; i++)
		for (size_t j = 0; j < n; j++)
			gate[i * width + 2 * n + j] += gate[i * width + n + j] * k->part[i * n + j];
}

static void gru_step(const work *k, float *gate)
{
	const brc_recurrence *r = k->r;
	size_t n = r->hidden, width = 3 * n;

	add_product(k, r->rows, 2 * n, n, k->h, n, k->u, gate, width);
	silence_rows(k, true, gate, 3);
	for (size_t i = 0; i < 2 * r->rows; i++)
		apply(k, 0, gate + i / 2 * width + i % 2 * n);
	gru_hidden(k, gate);
	for (size_t i = 0; i < r->rows; i++) {
		silence(k, true, gate + i * width + 2 * n, 1);
		apply(k, 1, gate + i * width + 2 * n);
	}
}

static void run_step(const work *k, float *gate, size_t step)
{
	const brc_recurrence *r = k->r;
	size_t n = r->hidden, width = r->gates * n;

	if (k->cell == BRC_CELL_GRU) {
		gru_step(k, gate);
	} else {
		add_product(k, r->rows, width, n, k->h, n, k->u, gate, width);
		silence_rows(k, true, gate, r->gates);
	}
	for (size_t i = 0; i < r->rows; i++) {
		float *h = k->h + i * n, *row = gate + i * width;
		float *y = k->y + (r->rows_first ? i * r->steps + step : step * r->rows + i) * n;

		if (!goes_on(k, i, step)) {
			memset(y, 0, n * sizeof(*y));
			continue;
		}
		if (k->cell == BRC_CELL_LSTM) {
			lstm_row(k, row, h, k->c + i * n);
		} else if (k->cell == BRC_CELL_GRU) {
			gru_row(k, row, h);
		} else {
			apply(k, 0, row);
			memcpy(h, row, n * sizeof(*h));
		}
		silence(k, false, h, 1);
		memcpy(y, h, n * sizeof(*y));
	}
}

/* ---- all steps ---- */

static void run_steps(const work *k)
{
	const brc_recurrence *r = k->r;
	size_t size = r->rows * r->gates * r->hidden;
	bool back = k->args->direction == BRC_REVERSE;

	for (size_t done = 0, n; done < r->steps; done += n) {
		size_t first;

		n = brc_least(r->chunk, r->steps - done);
		first = back ? r->steps - done - n : done;
		from_inputs(k, first, n);
		for (size_t i = 0; i < n; i++) {
			size_t at = back ? n - 1 - i : i;

			run_step(k, k->gate + at * size, first + at);
		}
	}
}

/* Those of X, and of R where they are added before anything else happens. */
static void add_biases(const work *k)
{
	size_t n = k->r->hidden, width = k->r->gates * n;
	bool later = k->cell == BRC_CELL_GRU && k->args->linear_before_reset;

	memset(k->bias, 0, width * sizeof(*k->bias));
	for (size_t i = 0; k->b && i < width; i++)
		k->bias[i] = k->b[i] + (later && i >= 2 * n ? 0 : k->b[width + i]);
}

static void begin(const work *k, const float *from, size_t step, float *to)
{
	size_t n = k->r->hidden;

	for (size_t i = 0; i < k->r->rows; i++) {
		if (from)
			memcpy(to + i * n, from + i * step, n * sizeof(*to));
		else
			memset(to + i * n, 0, n * sizeof(*to));
		silence(k, false, to + i * n, 1);
	}
}

static const void *input_at(const brc_exec *g, const brc_node *n, const brc_memory *m, size_t k)
{
	return brc_in(g, n, k) ? m->at[n->in[k]] : NULL;
}

static void hand_over(const work *k, const brc_node *n, const brc_memory *m, size_t output,
		      float *from)
{
	if (output >= n->n_out || n->out[output] == BRC_NOWHERE)
		return;
	silence_rows(k, false, from, 1); /* a cell that is silenced went on for itself alone */
	memcpy(m->at[n->out[output]], from, k->r->rows * k->r->hidden * sizeof(*from));
}

void brc_recurrence_run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_recurrence *r = n->state;
	work k = {.r = r,
		  .args = n->args,
		  .cell = (brc_cell)n->op->variant,
		  .x = m->at[n->in[BRC_RECURRENT_X]],
		  .w = m->at[n->in[BRC_RECURRENT_W]],
		  .u = m->at[n->in[BRC_RECURRENT_R]],
		  .b = input_at(g, n, m, BRC_RECURRENT_B),
		  .p = input_at(g, n, m, BRC_RECURRENT_P),
		  .length = input_at(g, n, m, BRC_RECURRENT_LENGTHS),
		  .silenced = m->silenced && m->silenced->made == n->out[0] ? m->silenced : NULL,
		  .y = m->at[n->out[0]],
		  .failed = m->failed};

	lay_out(&k, m->scratch);
	add_biases(&k);
	begin(&k, input_at(g, n, m, BRC_RECURRENT_H), r->h_step, k.h);
	begin(&k, input_at(g, n, m, BRC_RECURRENT_C), r->c_step, k.c);
	run_steps(&k);
	hand_over(&k, n, m, 1, k.h);
	hand_over(&k, n, m, 2, k.c);
}
