/*
 * The findings about the sub-clusters of a network: the sections importance/1 and coherence/1
 * (docs/sections.md).
 */
#ifndef BRC_SECTIONS_FINDINGS_H
#define BRC_SECTIONS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/columns.h"
#include "stats/fdr.h"
#include "stats/inference.h"
#include "sections/subclusters.h"
#include "stream/layers.h"
#include "stream/section.h"

#define BRC_FINDINGS_MAX 8 /* statistics of one section */

typedef struct brc_findings {
	brc_layers layers;
	union {
		brc_subcluster_table table; /* those that were tested, by layer and cluster */
		struct {
			size_t m;                        /* how many, >= 1 */
			int32_t *layer, *cluster, *size; /* [m] */
		};
	};
	size_t n_stats;
	brc_inference stat[BRC_FINDINGS_MAX];
	size_t classes;    /* 0 without the tables below */
	char **class_name; /* [classes], or NULL */
	/* [m, classes], of the recall, or in regression of the loss: mean change, mean of the
	 * controls' change, p (small changes are extreme, of a loss large ones) and p adjusted over
	 * the classes of a sub-cluster by max-T. NaN for classes without images. NULL without
	 * classes. */
	double *class_change, *class_control_mean, *class_p, *class_p_adjusted;
	/* The same of specificity (docs/method.md): U, t, p (small t are extreme) and p adjusted by
	 * max-T. NULL where it is not defined. */
	double *class_u, *class_t, *class_t_p, *class_t_p_adjusted;
	size_t images;
	double level;
	brc_fdr fdr;
	bool published;
	char labels[BRC_NAME_MAX];
	char class_unit[32]; /* of class_change; "": it is a share, the recall. Else that of a loss
			      */
	char no_specificity[160]; /* why it is undefined; empty where it is there, or not asked for
				   */
	char warning[512]; /* that holds for all its verdicts, in parts joined by "; ", or "" */
} brc_findings;

/* The tables by class, described as the columns of a statistic are: fields of brc_findings. */
extern const brc_column brc_class_columns[];

/*
 * The tables by class, uninitialised, for f->m sub-clusters; `specific`: those of specificity, too.
 * BRC_RESOURCE; clear f then, too.
 */
brc_rc brc_findings_alloc_classes(brc_findings *f, size_t classes, bool specific, brc_err *err);

void brc_findings_clear(brc_findings *f); /* of a zeroed or a filled struct */

/*
 * From a section of either type; everything is copied. BRC_DATA when the sub-clusters do not fit
 * the layers, a record lacks a number, or a table has another shape.
 */
brc_rc brc_findings_read(brc_findings *f, const brc_section *s, brc_err *err);
/* Into an empty section; everything is copied. */
brc_rc brc_findings_write(const brc_findings *f, brc_section *s, brc_err *err);

#endif
