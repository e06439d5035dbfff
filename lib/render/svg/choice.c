/* The evidence for each k of a graph: gaps as bars, and the agreement of starts as a line over
 * them. */
#include <math.h>

#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/svg/svg.h"

enum { WIDTH = 340, HEIGHT = 130, LEFT = 48, RIGHT = 22, TOP = 12, FOOT = 20 };
enum { NUMBERS = 14 }; /* k written below the axis, at most about so many */
enum { ROWS = 512 };   /* drawn; more would be finer than pixels */

static double across(size_t n, size_t i)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * ((double)i + 0.5) / (double)n;
}

/* A share of the height, 0 on the axis. */
static double up(double share)
{
	return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * fmin(fmax(share, 0), 1);
}

static void add_bars(brc_str *b, const brc_graph_result *g, size_t n, double most)
{
	double half = 0.4 * (WIDTH - LEFT - RIGHT) / (double)n;

	for (size_t i = 0; i < n; i++) {
		double x = across(n, i), top = up(g->choice_gap[i] / most);

		if (isfinite(top))
			brc_str_addf(b,
				     "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
				     "height=\"%.1f\"/>",
				     (size_t)g->choice_k[i] == g->k ? "hit" : "miss", x - half, top,
				     2 * half, fmax(HEIGHT - FOOT - top, 0.5));
	}
}

static void add_starts(brc_str *b, const brc_graph_result *g, size_t n)
{
	bool pen = false;

	brc_str_add(b, "<path class=\"stability\" d=\"");
	for (size_t i = 0; i < n; i++) {
		double y = up(g->choice_starts[i]);

		if (isfinite(g->choice_starts[i]))
			brc_str_addf(b, "%c%.1f %.1f", pen ? 'L' : 'M', across(n, i), y);
		pen = isfinite(g->choice_starts[i]);
	}
	brc_str_add(b, "\"/>");
	for (size_t i = 0; i < n && n <= 64; i++)
		if (isfinite(g->choice_starts[i]))
			brc_str_addf(
				b, "<circle class=\"stability\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>",
				across(n, i), up(g->choice_starts[i]));
}

static void add_axes(brc_str *b, const brc_graph_result *g, size_t n, double most)
{
	size_t step = (n + NUMBERS - 1) / NUMBERS;

	brc_str_addf(b, "<path class=\"axis\" d=\"M%d %dH%d\"/>", LEFT, HEIGHT - FOOT,
		     WIDTH - RIGHT);
	for (size_t i = 0; i < n; i += step)
		brc_str_addf(b, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
			     across(n, i), HEIGHT - FOOT + 13, g->choice_k[i]);
	brc_str_addf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">k</text>", LEFT - 5,
		     HEIGHT - FOOT + 13);
	brc_str_addf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 5, TOP + 8,
		     brc_format_number(most, 2).s);
	brc_str_addf(b, "<text class=\"seen\" x=\"%d\" y=\"%d\">1</text>", WIDTH - RIGHT + 5,
		     TOP + 4);
	brc_str_addf(b, "<text class=\"seen\" x=\"%d\" y=\"%d\">0</text>", WIDTH - RIGHT + 5,
		     HEIGHT - FOOT);
}

void brc_svg_choice(brc_str *b, const brc_graph_result *g, const char *title)
{
	size_t n = g->choices < ROWS ? g->choices : ROWS;
	double most = 0;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (g->choice_gap[i] > most && isfinite(g->choice_gap[i]))
			most = g->choice_gap[i];
	if (!(most > 0))
		most = 1;
	brc_htmlf(b,
		  "<figure><figcaption>%s%sk = %zu</figcaption><svg viewBox=\"0 0 %d %d\" "
		  "class=\"choice\" role=\"img\" aria-label=\"Gap of eigenvalues and agreement of "
		  "starts for "
		  "k from %d to %d; taken: %zu\">",
		  title, title[0] ? ": " : "", g->k, WIDTH, HEIGHT, g->choice_k[0],
		  g->choice_k[n - 1], g->k);
	add_bars(b, g, n, most);
	add_starts(b, g, n);
	add_axes(b, g, n, most);
	brc_str_add(b, "</svg></figure>");
}
