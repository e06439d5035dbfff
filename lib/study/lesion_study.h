/*
 * The lesion experiment as the filter lesion runs it: all inputs are checked against each other
 * before any long work, and what looks wrong is said on stderr.
 */
#ifndef BRC_STUDY_LESION_STUDY_H
#define BRC_STUDY_LESION_STUDY_H

#include "base/cli.h"
#include "base/err.h"
#include "net/loss.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "study/experiment.h"
#include "study/match.h"
#include "study/measure.h"
#include "study/token_classes.h"

typedef struct brc_lesion_study {
	const brc_net *net;
	const brc_dataset *data;
	const brc_labels *labels;
	const char *name;           /* of the labels */
	int task;                   /* as brc_task_decide takes it */
	int loss;                   /* as brc_loss_choose takes it */
	brc_experiment_options how; /* its scoring comes of the task, its dead units of the data */
	brc_token_question tokens;  /* how classes are made of tokens */
	brc_dead dead;              /* OUT: in no group and no control; UNKNOWN: not looked for */
	bool match[BRC_MATCHES];    /* further kinds of controls */
	const brc_laplacian *graph; /* by which they are matched; NULL where no kind needs it */
	brc_measure measure;        /* that will be made of the lesions: checked, too */
} brc_lesion_study;

/*
 * The counts of all lesions. Errors as those of brc_experiment_init, brc_experiment_match,
 * brc_task_decide, brc_loss_choose, brc_measure_check and brc_experiment_run. Threads and progress
 * are those of the command line.
 */
brc_rc brc_lesion_study_run(const brc_lesion_study *s, const brc_cli *cli, brc_lesions *l,
			    brc_err *err);

#endif
