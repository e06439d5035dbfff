# experiment.mk: several networks, several k, several seeds, all four
# partitionings (weights and activations, global and local) - as make rules,
# so that a stopped run goes on where it was and -j uses every processor.
#
#   make -f pipelines/experiment.mk MODELS="a.onnx b.onnx" DATA=test.brc \
#        K="8 16" SEEDS="1 2 3" OUT=out/experiment -j2
#
# Every target is a file in OUT: MODEL/weights.brc and MODEL/affinity.brc are
# made once a network; MODEL/kK-sSEED/{weights,activations}.brc hold labels,
# lesions, importance and coherence of the global and the local partitioning;
# MODEL/kK-sSEED/report.html shows all four; summary.tsv has a row for every
# group of units of every run.
#
# Paths may have spaces: DATA="my data.brc" and OUT="my results" as they are, and in
# MODELS, which is a list, each written as "\ ": MODELS='my\ net.onnx other.onnx'
# (its results are in OUT/my_net).

MODELS    ?= $(error say MODELS="net.onnx ...")
DATA      ?= $(error say DATA=test.brc, a stream made by read-data)
K         ?= 16
SEEDS     ?= 42
CONTROLS  ?= 199
SHUFFLES  ?= 50
METHOD    ?= spearman
OUT       ?= out/experiment

# an unfinished file never has its final name: every recipe writes with -o
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

SELF := $(shell realpath -s "$(MAKEFILE_LIST)")
export PATH := $(shell dirname "$(SELF)")/../bin:$(PATH)

# make's functions take a space for the end of a name: within one it is held as |
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
# No target may have a space in its name: go where they are.
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

# ---- once a network ----

# $(1) model, $(2) directory
define network
$(2)/weights.brc: $(call escaped,$(1))
	@mkdir -p $$(@D)
	extract-weights "$(call path,$(1))" -o $$@

$(2)/affinity.brc: $(call escaped,$(1) $(data))
	@mkdir -p $$(@D)
	activations --model "$(call path,$(1))" < "$(DATA)" | corr --method $(METHOD) -o $$@
endef

# ---- once a run: k and seed ----

# $(1) weights or activations, $(2) the file of its graph, $(3) model, $(4) directory, $(5) k, $(6) seed;
# behind the activations, so that data that do not fit the network are refused before any long work
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
