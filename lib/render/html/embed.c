/*
 * Files that the page carries. They are built into the program. BRC_CHARTJS: path of Chart.js
 * (https://www.chartjs.org, MIT licence).
 */
#include "render/html/parts.h"

#ifndef BRC_CHARTJS
#define BRC_CHARTJS "/usr/share/javascript/chart.js/chart.min.js"
#endif

#define EMBED(symbol, file)                          \
	__asm__(".pushsection .rodata\n"             \
		".global brc_embedded_" #symbol "\n" \
		"brc_embedded_" #symbol ":\n"        \
		".incbin \"" file "\"\n"             \
		".byte 0\n"                          \
		".popsection\n")

EMBED(css, "lib/render/html/report.css");
EMBED(js, "lib/render/html/report.js");
EMBED(chart, BRC_CHARTJS);
EMBED(methods, "lib/render/html/methods.html");
EMBED(methods_graph, "lib/render/html/methods_graph.html");
EMBED(licences, "lib/render/html/licences.html");
