/*
 * Options that several filters have, in the same words: rows of a table of options (base/cli.h).
 */
#ifndef BRC_BIN_OPTIONS_H
#define BRC_BIN_OPTIONS_H

#include "base/cli.h"

/* clang-format off */
#define OPTION_SHAPE(VALUE) \
	{BRC_STRING("shape", 0, "[NAME=]N,...", VALUE, \
		    "extents of the network's inputs, as in x=1,3,192,192. The first is the number " \
		    "of images that are run at a time; ? leaves that open (default: those of the " \
		    "model and of the data)"), \
	 .flags = BRC_OPT_ONCE}
#define OPTION_OUTPUT(VALUE) \
	{BRC_STRING("output", 0, "NAME", VALUE, \
		    "the value that is the network's output; what it does not need is not run " \
		    "(default: the model's output)")}
#define OPTION_DATASET(VALUE, USUAL) \
	{BRC_STRING("dataset", 0, "NAME", VALUE, \
		    "which dataset is used, if there are several, as read-data --split makes them " \
		    "(default: the one called " USUAL ")")}
#define OPTION_PRECISION(VALUE) \
	{BRC_CHOICE("precision", 0, "WHAT", VALUE, "float|bf16", \
		    "precision of convolutions and matrix products: single precision (float), or " \
		    "bfloat16 (bf16), which the processor must have")}
#define OPTION_RESTARTS(VALUE) \
	{BRC_SIZE("restarts", 0, "N", VALUE, 0, 1e6, \
		  "number of k-means starts; 0 stands for 25, or for 100 above 2000 connected " \
		  "units (default: 0)")}
#define OPTION_CHOOSE(VALUE) \
	{BRC_CHOICE("choose", 0, "WHAT", VALUE, "inertia|ncut", \
		    "which of the partitions that k-means ends in is taken. inertia: that of least " \
		    "inertia, which depends less on chance. ncut: that of least n-cut among the 100 " \
		    "of least inertia")}
#define OPTION_LEVEL(VALUE) \
	{BRC_DOUBLE("level", 0, "P", VALUE, 1e-9, 0.5, \
		    "level of significance for counting findings")}
#define OPTION_FDR(VALUE) \
	{BRC_CHOICE("fdr", 0, "RULE", VALUE, "bh|by", \
		    "control the false discovery rate by the rule of Benjamini and Hochberg (bh), " \
		    "or by that of Benjamini and Yekutieli (by)")}
/* clang-format on */

enum { CHOOSE_INERTIA, CHOOSE_NCUT };

#endif
