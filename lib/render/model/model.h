/*
 * The view model: the sections, collected by network and by labelling, and checked once, so that
 * the four renderers only write. Everything is borrowed from the input sections unless it is marked
 * as owned. Internal to lib/render.
 */
#ifndef BRC_RENDER_MODEL_H
#define BRC_RENDER_MODEL_H

#include <stdint.h>

#include "sections/clusterability.h"
#include "sections/repeats.h"
#include "sections/structure.h"
#include "sections/exemplars.h"
#include "sections/labels.h"
#include "sections/spectrum.h"
#include "sections/units.h"
#include "graph/subcluster.h"
#include "render/model/network_streams.h"
#include "render/report.h"
#include "sections/findings.h"
#include "sections/image_overlap.h"
#include "sections/lesions.h"
#include "stream/layers.h"

/* The two proxies of local specialization, each a section with tests. */
typedef enum brc_proxy { BRC_IMPORTANCE, BRC_COHERENCE, BRC_PROXIES } brc_proxy;

/* How strongly a result holds at the report's level. Each mark includes the one before it. */
typedef enum brc_mark {
	BRC_MARK_NONE,
	BRC_MARK_P,   /* p alone: expected by chance in some of many groups */
	BRC_MARK_Q,   /* after control of the false discovery rate */
	BRC_MARK_MAXT /* after control of the family-wise error */
} brc_mark;

/* A sub-cluster: the units of one layer with one label. */
typedef struct brc_group {
	size_t layer; /* in the labelling's layer table */
	int32_t cluster;
	size_t size;
	size_t dead;             /* of its units, which were left out of lesions as constant */
	const size_t *unit;      /* [size] within the layer; NULL without labels */
	size_t row[BRC_PROXIES]; /* in the tests' tables; BRC_ANY: not tested */
	size_t lesion;           /* row in lesions; BRC_ANY: not lesioned */
	const char *left_out;    /* why it was not lesioned; NULL: no reason given */
	brc_mark mark[BRC_PROXIES];
	/*
	 * The class of the smallest t of specificity below 0; without specificity that which loses
	 * most recall; BRC_ANY: there is none. Its change of recall, its U (NaN without
	 * specificity), and the adjusted p of the one or the other.
	 */
	size_t worst_class;
	double worst_change, worst_u, worst_p;
} brc_group;

/* Everything that belongs to one section name. */
typedef struct brc_labelling {
	const char *name;
	/* NULL: not there */
	const brc_section *labels_section, *spectrum_section, *lesions_section;
	brc_labels labels;             /* owned; zeroed without labels_section */
	brc_subclusters *subclusters;  /* owned; NULL without labels_section */
	brc_layers layers;             /* owned */
	brc_spectrum spectrum;         /* owned; zeroed when not in the stream */
	const brc_graph_result *graph; /* those of the spectrum, else of the labels */
	size_t n_graphs;
	brc_structure structure;        /* zeroed when not in the stream: graphs is 0 */
	brc_repeats repeats;            /* zeroed when not in the stream: copies is 0 */
	brc_lesions lesions;            /* zeroed when not in the stream: draws is 0 */
	double loss;                    /* of an answer before any lesion; NaN when unknown */
	brc_findings test[BRC_PROXIES]; /* zeroed when not in the stream: n_stats is 0 */
	size_t classes;                 /* 0 when nothing was counted by class */
	char **class_name;              /* owned; [classes]: from the stream, or numbers */
	char **class_title;             /* owned; the same to stand in a sentence: "class 7" */
	char **layer_title;             /* owned; [layers.n]: "fc1", "layer 7" */
	char *const *unit_name;         /* [units of all layers]; NULL: units have no names */
	brc_group *group;               /* owned; by layer, then cluster */
	size_t n_groups;
	size_t *order; /* owned; [n_groups] in the order asked for */
	size_t k;      /* clusters of its largest graph; 0: unknown */
	int64_t seed;  /* of the filter that wrote the labels */
	bool has_seed;
	brc_image_overlap images; /* of those that the groups are made from and tested on */
} brc_labelling;

typedef enum brc_note_kind {
	BRC_NOTE_STRUCTURE, /* is there structure? One for each labelling with units */
	BRC_NOTE_FINDING,
	BRC_NOTE_DETAIL,    /* belongs to the finding before it */
	BRC_NOTE_PARTITION, /* how far it is reliable, and where its k comes from */
	BRC_NOTE_UNTESTED,  /* groups that were not tested, and why */
	BRC_NOTE_WARNING,
	BRC_NOTE_MISSING /* what was not run, and the command that adds it */
} brc_note_kind;

typedef struct brc_note {
	brc_note_kind kind;
	size_t labelling; /* BRC_ANY: the network as a whole */
	brc_str text;     /* owned; one sentence or two, not escaped; does not name the labelling */
} brc_note;

/* In the order in which they are told. */
typedef struct brc_notes {
	brc_note *item; /* owned */
	size_t n, cap;
	brc_str lost; /* takes what there was no memory for */
} brc_notes;

/* What the layers feed. */
typedef enum brc_wiring {
	BRC_WIRING_UNKNOWN, /* no edges in the stream */
	BRC_WIRING_CHAIN,   /* each layer feeds the next, and only that */
	BRC_WIRING_BRANCHED
} brc_wiring;

/* The family of all tests of a network. */
typedef struct brc_family {
	size_t tests; /* groups, of all statistics; 0: there is none, or it was not asked for */
	size_t statistics; /* of all partitions together */
	size_t sets;       /* of partitions that share their draws */
	size_t draws;      /* the fewest that a statistic has */
	brc_fdr fdr;
} brc_family;

typedef struct brc_network {
	const brc_report_input *input;
	const char *title;
	bool has_units, has_exemplars; /* are they in the stream? */
	brc_units units;               /* owned; zeroed when not in the stream, as the next */
	brc_exemplars exemplars;       /* owned */
	brc_wiring wiring;
	const char *model;        /* digest; NULL when unknown */
	const char *items;        /* what is counted: images, sequences, tokens */
	brc_labelling *labelling; /* owned */
	size_t n_labellings;
	brc_clusterability *clusterability; /* owned */
	size_t n_clusterability;
	brc_family family;
	brc_notes notes;
} brc_network;

/* The omnibus p-values of one labelling over networks, combined (Irwin and Hall). */
typedef struct brc_combined {
	const char *labelling;
	const brc_inference *statistic; /* of the first network */
	brc_proxy proxy;
	size_t networks;
	double mean, p; /* of the omnibus p-values; P(mean of as many uniforms <= mean) */
} brc_combined;

struct brc_report {
	brc_report_options options;
	brc_network_inputs inputs; /* the inputs, those of one network joined; owned */
	brc_network *network;      /* [joined.n]; owned */
	size_t n;
	brc_combined *combined; /* owned; empty for one network */
	size_t n_combined;
	char *combined_remark; /* owned; networks that were not combined, and why; or NULL */
};

/* ---- collecting (each checks shapes; BRC_DATA names section and tensor) ---- */

/* A network from its stream, without the notes. Clear it also after a failure. */
brc_rc brc_network_collect(brc_network *net, const brc_report_input *in,
			   const brc_report_options *options, brc_err *err);
void brc_network_clear(brc_network *net);

/* q and max-T p of every group in the family of all tests of the network: run_q and run_p_maxt of
 * its statistics. */
brc_rc brc_network_find_family(brc_network *net, brc_err *err);

/* A labelling from the sections of its name; absent ones are NULL. */
typedef enum brc_part {
	BRC_PART_LABELS,
	BRC_PART_SPECTRUM,
	BRC_PART_LESIONS,
	BRC_PART_STRUCTURE,
	BRC_PART_REPEATS,
	BRC_PART_TESTS, /* the first of BRC_PROXIES, in their order */
	BRC_PARTS = BRC_PART_TESTS + BRC_PROXIES
} brc_part;

typedef struct brc_labelling_sections {
	const char *name;
	const brc_section *part[BRC_PARTS];
} brc_labelling_sections;

brc_rc brc_labelling_collect(brc_labelling *l, const brc_labelling_sections *from,
			     const brc_report_options *options, brc_err *err);
void brc_labelling_clear(brc_labelling *l);

/* Number of clusters and seed, from the labels and the history of their stream. */
void brc_labelling_find_seed(brc_labelling *l, const brc_report_input *in);
/* Was it tested on the images that it was made from? BRC_RESOURCE. */
brc_rc brc_labelling_find_images(brc_labelling *l, const brc_report_input *in, brc_err *err);

/* The least and the largest agreement of starts of the graphs. Returns how many graphs have one. */
size_t brc_starts_range(const brc_labelling *l, double range[2]);

/* Rows of `l->group` from labels, lesions, importance and coherence; marks; order. */
brc_rc brc_groups_collect(brc_labelling *l, const brc_labelling_sections *from,
			  const brc_report_options *options, brc_err *err);

/*
 * Fill r->combined from labellings that several networks have by the same name.
 * Of networks of one model only the first counts, those of unknown models not at
 * all: r->combined_remark says so.
 */
brc_rc brc_combine_networks(brc_report *r, brc_err *err);

/* ---- asking ---- */

/* Fill class names, class titles and layer titles; `classes` [l->classes] or NULL. */
brc_rc brc_labelling_name(brc_labelling *l, char *const *classes, brc_err *err);

/* The layers of the units, else of the first labelling, else NULL. */
const brc_layers *brc_network_layers(const brc_network *net);
/* The first labelling with lesions, whose baseline stands for the network; NULL without one. */
const brc_labelling *brc_network_lesioned(const brc_network *net);

/* Class c in a sentence: its name, or "class 7" for a name of digits only. Returns buf. */
char *brc_class_title(char *const *names, size_t n, size_t c, char *buf, size_t cap);
/* The unit of the loss: "nats an image", "squared units an output". Returns buf. */
char *brc_loss_unit(const brc_network *net, const brc_labelling *l, char *buf, size_t cap);
/* What the edges of a graph are, for people: "correlations of activations". */
const char *brc_source_title(const char *source);
/* What a null model's networks are, in a few words: "random correlations with ...". Static. */
const char *brc_null_title(const char *null);
/*
 * Is it a graph of other things than a network's units: of series, or imported? What only a network
 * has, such as lesions, is then not spoken of. Are all networks of the report such graphs?
 */
bool brc_is_graph(const brc_network *net);
bool brc_is_of_graphs(const brc_report *r);
/* "network" or "graph" */
const char *brc_subject(const brc_network *net);
/* Append the names of a group's units, if l->unit_name is there: "V1, V2 and 7 more". */
void brc_members(brc_str *out, const brc_labelling *l, const brc_group *g);
/* The mode of a partition, for people. One that came from a file is called "given". */
const char *brc_mode_title(brc_labels_mode mode);
bool brc_layer_is_hidden(const brc_network *net, size_t i); /* also when not known */
/* "fc1", or "layer 1" for a name of digits only. Returns buf. */
char *brc_layer_title(const char *name, char *buf, size_t cap);

/* The newest version of a type of section that reports read; older ones are read, too. */
unsigned brc_newest_version(const char *type);

/* The statistic called `id`, or NULL. */
const brc_inference *brc_statistic(const brc_findings *t, const char *id);

/* The statistic that decides (the first), or NULL when the section is absent. */
const brc_inference *brc_primary(const brc_findings *t);

/* How many groups hold after correction: by q or by max-T. */
size_t brc_marked(const brc_labelling *l, brc_proxy p);

/* What is shown of its worst class: U, or without specificity the change of recall. */
double brc_worst_shown(const brc_group *g);

/* Was anything tested: is there an importance or a coherence section? */
bool brc_labelling_tested(const brc_labelling *l);

/* Was this group tested for either proxy? */
bool brc_group_tested(const brc_group *g);

/* "importance" or "coherence"; "more important" or "more coherent". */
const char *brc_proxy_name(brc_proxy p);
const char *brc_proxy_adjective(brc_proxy p);

/* ---- saying ---- */

#define BRC_EVERY (BRC_ANY - 1) /* the network as a whole and all labellings */

/*
 * The next note of a kind (details count as findings) about a labelling, BRC_ANY or BRC_EVERY;
 * after NULL the first one. NULL when there is none.
 */
const brc_note *brc_note_next(const brc_notes *notes, const brc_note *after, brc_note_kind kind,
			      size_t labelling);

/*
 * Begin a note. Its text is what is appended to the returned string before the next note begins.
 * Only brc_notes_check shows whether memory ran out.
 */
brc_str *brc_note_begin(brc_notes *notes, brc_note_kind kind, size_t labelling);
/* A note from a format of printf. */
void brc_note_addf(brc_notes *notes, brc_note_kind kind, size_t labelling, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* BRC_RESOURCE if any note is not whole. */
brc_rc brc_notes_check(const brc_notes *notes, brc_err *err);
void brc_notes_clear(brc_notes *notes);

#endif
