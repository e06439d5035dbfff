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

BIN := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../bin)
export PATH := $(BIN):$(PATH)

names := $(basename $(notdir $(MODELS)))
ifneq ($(words $(names)),$(words $(sort $(names))))
$(error two models have the same file name)
endif
runs  := $(foreach n,$(names),$(foreach k,$(K),$(foreach s,$(SEEDS),$(OUT)/$(n)/k$(k)-s$(s))))

all: $(runs:%=%/report.html) $(OUT)/summary.tsv

# ---- once a network ----

define network
$(OUT)/$(basename $(notdir $(1)))/weights.brc: $(1)
	@mkdir -p $$(@D)
	extract-weights $$< -o $$@

$(OUT)/$(basename $(notdir $(1)))/affinity.brc: $(1) $(DATA)
	@mkdir -p $$(@D)
	activations --model $$< < $(DATA) | corr --method $(METHOD) -o $$@
endef
$(foreach m,$(MODELS),$(eval $(call network,$(m))))

# ---- once a run: k and seed ----

# $(1) weights or activations, $(2) the file of its graph, $(3) model, $(4) directory, $(5) k, $(6) seed
define run
$(4)/$(1).brc: $(2) $(3) $(DATA)
	@mkdir -p $$(@D)
	clusterability -k $(5) --seed $(6) -n $(SHUFFLES) < $(2) \
		| laplacian --keep --name $(1).global | spectral -k $(5) --seed $(6) \
		| laplacian --local --name $(1).local | spectral --k-from $(1).global --seed $(6) \
		| lesion --in $(1).global --model $(3) --data $(DATA) --controls $(CONTROLS) --seed $(6) \
		| lesion --in $(1).local --model $(3) --data $(DATA) --controls $(CONTROLS) --seed $(6) \
		| coherence --in $(1).global | coherence --in $(1).local -o $$@
endef
$(foreach m,$(MODELS),$(foreach k,$(K),$(foreach s,$(SEEDS),\
	$(eval dir := $(OUT)/$(basename $(notdir $(m)))) \
	$(eval $(call run,weights,$(dir)/weights.brc,$(m),$(dir)/k$(k)-s$(s),$(k),$(s))) \
	$(eval $(call run,activations,$(dir)/affinity.brc,$(m),$(dir)/k$(k)-s$(s),$(k),$(s))))))

%/report.html: %/weights.brc %/activations.brc
	report $^ -o $@ --title "$(notdir $(patsubst %/,%,$(dir $*))), $(notdir $*)"

$(OUT)/summary.tsv: $(foreach r,$(runs),$(r)/weights.brc $(r)/activations.brc)
	report $^ --format tsv -o $@

clean:
	rm -rf $(OUT)

.PHONY: all clean
