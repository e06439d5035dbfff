# experiment.mk: several networks, several k and several seeds, with all four
# partitionings (weights and activations, global and local). These are make
# rules, so a run that was stopped goes on from where it was, and -j uses every
# processor.
#
#   make -f pipelines/experiment.mk MODELS="a.onnx b.onnx" DATA=test.brc \
#        K="8 16" SEEDS="1 2 3" OUT=out/experiment -j2
#
# If DATA was made with read-data --split, groups of activations are made from its dataset fit, and
# all groups are tested on its dataset test.
#
# Every target is a file in OUT:
#   MODEL/weights.brc, MODEL/affinity.brc             the graphs, made once for each network
#   MODEL/kK-sSEED/weights.brc, .../activations.brc   labels, lesions, importance and coherence
#                                                     of the global and the local partitioning
#   MODEL/kK-sSEED/report.html                        all four partitionings
#   summary.tsv                                       a row for every group of units of every run
#
# Paths may have spaces. Write DATA="my data.brc" and OUT="my results" as they are.
# MODELS is a list, so write each space in a name as "\ ": MODELS='my\ net.onnx other.onnx'
# (the results of the first are in OUT/my_net).

MODELS    ?= $(error say MODELS="net.onnx ...")
DATA      ?= $(error say DATA=test.brc, a stream made by read-data)
K         ?= 16
SEEDS     ?= 42
CONTROLS  ?= 199
SHUFFLES  ?= 50
METHOD    ?= spearman
OUT       ?= out/experiment

# An unfinished file never has its final name, because every recipe writes with -o.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

SELF := $(shell realpath -s "$(MAKEFILE_LIST)")
export PATH := $(shell dirname "$(SELF)")/../bin:$(PATH)

# To make's functions a space ends a name. So a space within a name is written as | here.
space    := $(subst ,, )
hold      = $(subst $(space),|,$(1))
path      = $(subst |, ,$(1))
escaped   = $(subst |,\ ,$(1))
absolute  = $(if $(filter /%,$(1)),$(1),$(call hold,$(CURDIR))/$(1))
models   := $(subst \ ,|,$(MODELS))
data     := $(call hold,$(DATA))
missing  := $(strip $(foreach f,$(models) $(data),$(if $(wildcard $(call escaped,$(f))),,"$(call path,$(f))")))
ifneq ($(missing),)
$(error there is no file $(missing) (in MODELS, a space within a name is written "\ "))
endif

names := $(subst |,_,$(basename $(notdir $(models))))
ifneq ($(words $(names)),$(words $(sort $(names))))
$(error two models have the same file name)
endif

ifneq ($(words $(OUT)),1)
# No target may have a space in its name, so make changes into the folder.
goals := $(filter-out clean,$(or $(MAKECMDGOALS),all))
$(goals): there ;
there:
	@mkdir -p "$(OUT)"
	@$(MAKE) --no-print-directory -C "$(OUT)" -f "$(SELF)" OUT=. DATA="$(call path,$(call absolute,$(data)))" \
		MODELS='$(call escaped,$(foreach m,$(models),$(call absolute,$(m))))' $(goals)
.PHONY: there
else

runs := $(foreach n,$(names),$(foreach k,$(K),$(foreach s,$(SEEDS),$(OUT)/$(n)/k$(k)-s$(s))))

all: $(runs:%=%/report.html) $(OUT)/summary.tsv

# ---- once for each network ----

# $(1) model, $(2) directory. corr stores eigenvalues, since clusterability draws correlations that have the same ones.
define network
$(2)/weights.brc: $(call escaped,$(1))
	@mkdir -p $$(@D)
	extract-weights --balance "$(call path,$(1))" -o $$@

$(2)/affinity.brc: $(call escaped,$(1) $(data))
	@mkdir -p $$(@D)
	activations --model "$(call path,$(1))" < "$(DATA)" | corr --method $(METHOD) --eigenvalues -o $$@
endef

# ---- once for each run: k and seed ----

# $(1) weights or activations, $(2) the file of its graph, $(3) model, $(4) directory, $(5) k, $(6) seed.
# The activations come first, so that data which do not fit the network are refused before any long
# work.
define run
$(4)/$(1).brc: $(2) $(call escaped,$(3) $(data)) | $(dir $(2))affinity.brc
	@mkdir -p $$(@D)
	clusterability -k $(5) --seed $(6) -n $(SHUFFLES) < $(2) \
		| laplacian --keep --name $(1).global | spectral -k $(5) --seed $(6) \
		| laplacian --local --name $(1).local | spectral --k-from $(1).global --seed $(6) \
		| lesion --in $(1).global --model "$(call path,$(3))" --data "$(DATA)" --controls $(CONTROLS) --seed $(6) \
		| lesion --in $(1).local --model "$(call path,$(3))" --data "$(DATA)" --controls $(CONTROLS) --seed $(6) \
		| coherence --in $(1).global | coherence --in $(1).local -o $$@
endef

$(foreach m,$(models),$(eval dir := $(OUT)/$(subst |,_,$(basename $(notdir $(m))))) \
	$(eval $(call network,$(m),$(dir))) \
	$(foreach k,$(K),$(foreach s,$(SEEDS), \
		$(eval $(call run,weights,$(dir)/weights.brc,$(m),$(dir)/k$(k)-s$(s),$(k),$(s))) \
		$(eval $(call run,activations,$(dir)/affinity.brc,$(m),$(dir)/k$(k)-s$(s),$(k),$(s))))))

%/report.html: %/weights.brc %/activations.brc
	report $^ -o $@ --title "$(notdir $(patsubst %/,%,$(dir $*))), $(notdir $*)"

$(OUT)/summary.tsv: $(foreach r,$(runs),$(r)/weights.brc $(r)/activations.brc)
	report $^ --format tsv -o $@
endif

clean:
	rm -rf "$(OUT)"

.PHONY: all clean
