/* What the numbers mean, in two sentences each; licences of what the page carries. */
#include "render/html/parts.h"

typedef struct {
	const char *term, *text;
} entry;

static const entry methods[] = {
	{"Partition",
	 "Units are nodes of a graph whose edges are weights between layers, or squared rank "
	 "correlations of activations; spectral clustering (Shi and Malik 2000) cuts it into k "
	 "clusters. The n-cut adds up, cluster by cluster, the share of edges that leave it: "
	 "smaller is more modular."},
	{"Clusterability",
	 "The n-cut is compared with that of networks whose weights were shuffled within layers "
	 "and clustered anew. It says whether the cut is better than the weights' distribution "
	 "alone would give, not whether groups do anything."},
	{"Importance",
	 "A group is silenced, and the accuracy that is lost is compared with what random groups "
	 "of its size in its layer lose. Large activations make units both cluster together and "
	 "matter: an important group need not be a functional part."},
	{"Coherence",
	 "Class spread is the standard deviation, over classes, of the change of recall: large "
	 "when damage falls on some classes and spares others. It also grows with total damage, so "
	 "read it beside importance."},
	{"Random groups", "Each draw permutes the labels within every layer, so that all groups of "
			  "a layer are drawn "
			  "together and sizes are kept. Units in no group never move."},
	{"p",
	 "The share of draws, the observed one included, that are at least as extreme; ties and "
	 "undefined values count against significance. With n draws it cannot be smaller than "
	 "1/(n + 1)."},
	{"q",
	 "Benjamini and Hochberg's adjusted p: among all groups with q at most 0.05, about 5 % are "
	 "expected to be false. Use it to list candidates."},
	{"max-T",
	 "Westfall and Young's step-down p: the chance that the strongest of all groups in the "
	 "table would look so strong if none were real. Use it where a single false finding would "
	 "hurt."},
	{"Omnibus p",
	 "One test of all groups together, which takes each draw through the same sum of log p and "
	 "so keeps the dependence between groups. It can be small although no single group stands "
	 "out, and says nothing about which."},
	{"Fisher p",
	 "Combines the p-values as if groups were independent; groups of one layer are not. Shown "
	 "for comparison with published numbers."},
	{"Range",
	 "The published measure of class-specific damage: largest minus smallest change of recall, "
	 "each divided by the mean change. It loses power where random groups do little damage."},
	{"Not shown",
	 "The weight graph of a ReLU network changes when a unit's inputs are scaled up and its "
	 "outputs down, although the network computes the same. Test data are few for single "
	 "classes: differences of a few right answers are noise."},
};

void brc_html_methods(brc_page *page)
{
	brc_str_add(page->b, "<section id=\"methods\">\n<h2>Methods and caveats</h2>\n"
			     "<dl class=\"methods\">\n");
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		brc_str_addf(page->b, "<div><dt>%s</dt><dd>", methods[i].term);
		brc_html_text(page, methods[i].text);
		brc_str_add(page->b, "</dd></div>\n");
	}
	brc_str_add(page->b,
		    "</dl>\n<p class=\"note\">After Hod, Casper, Filan, Wild, Critch and Russell, "
		    "<i>Quantifying Local Specialization in Deep Neural Networks</i>, "
		    "arXiv:2110.08058, and Filan et al., <i>Clusterability in Neural Networks</i>, "
		    "arXiv:2103.03386.</p>\n</section>\n");
}

void brc_html_licences(brc_page *page)
{
	brc_str_add(
		page->b,
		"<footer><details><summary>Made with broca; charts by Chart.js</summary>\n"
		"<p>Chart.js (https://www.chartjs.org) is copyright 2014&#8211;2022 Chart.js "
		"Contributors and under the MIT licence:</p>\n<p>Permission is hereby granted, "
		"free of charge, to any person obtaining a copy of this software and associated "
		"documentation files (the &#8220;Software&#8221;), to deal in the Software without "
		"restriction, including without limitation the rights to use, copy, modify, merge, "
		"publish, distribute, sublicense, and/or sell copies of the Software, and to "
		"permit "
		"persons to whom the Software is furnished to do so, subject to the following "
		"conditions:</p>\n<p>The above copyright notice and this permission notice shall "
		"be "
		"included in all copies or substantial portions of the Software.</p>\n<p>THE "
		"SOFTWARE IS PROVIDED &#8220;AS IS&#8221;, WITHOUT WARRANTY OF ANY KIND, EXPRESS "
		"OR "
		"IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS "
		"FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR "
		"COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN "
		"AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION "
		"WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.</p></details>"
		"</footer>\n");
}
