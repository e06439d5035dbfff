# families.mk: one report for each family of networks that is shipped, from the
# multilayer perceptron to the transformer. A report has clusters of weights,
# global and local, and clusters of activations, with importance and coherence
# of all of them.
#
#   make -f pipelines/families.mk                 all of them, into out/families
#   make -f pipelines/families.mk vgg text        some
#   make -f pipelines/families.mk K=12 CONTROLS=199 IMAGES=200 SEQUENCES=440 -j2
#
# Half of the images (or sequences) make the groups of activations, and all groups are tested on the
# other half.
#
# The defaults are small: enough for a first look, but too little for a finding.

K         ?= 16
SEED      ?= 42
CONTROLS  ?= 19
IMAGES    ?= 20
SEQUENCES ?= 8
OUT       ?= out/families

# An unfinished file never has its final name, because every recipe writes with -o.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

SELF := $(shell realpath -s "$(MAKEFILE_LIST)")
ROOT := $(shell dirname "$(SELF)")/..
export PATH := $(ROOT)/bin:$(PATH)

images   := mlp vgg resnet inception mobilenet vit
families := $(images) text

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' "$(SELF)"
clean:
	rm -rf "$(OUT)"
.PHONY: all help clean $(families)
.DEFAULT_GOAL := all

ifneq ($(words $(OUT)),1)
# No target may have a space in its name, so make changes into the folder.
goals := $(filter-out help clean,$(or $(MAKECMDGOALS),all))
$(goals): there ;
there:
	@mkdir -p "$(OUT)"
	@$(MAKE) --no-print-directory -C "$(OUT)" -f "$(SELF)" OUT=. $(goals)
.PHONY: there
else

all: $(families)
$(families): %: $(OUT)/%.html

network  = $(if $(filter text,$(1)),text-transformer,fashion-$(1))
model    = "$(ROOT)/fixtures/$(call network,$(1)).onnx"
data     = $(OUT)/$(if $(filter text,$(1)),text,images).brc

# IMAGES of each class; SEQUENCES of 64 characters, where the label of each is the next character
$(OUT)/images.brc:
	@mkdir -p $(@D)
	read-data --sample $(IMAGES)-per-class --split 0.5 --classes "$(ROOT)/fixtures/fashion-classes.txt" \
		"$(ROOT)/fixtures/fashion-test-2000-images.gz" "$(ROOT)/fixtures/fashion-test-2000-labels.gz" -o $@

$(OUT)/text.brc:
	@mkdir -p $(@D)
	read-data --tokens --first $(SEQUENCES) --split 0.5 --images tokens --labels targets \
		--classes "$(ROOT)/fixtures/text-vocabulary.txt" \
		"$(ROOT)/fixtures/text-test.npz" -o $@

# Lesions and coherence of both partitionings of the graph on standard input. $(1) is the name of the
# graph, $(2) the family.
analyse = laplacian --keep --name $(1).global | spectral -k $(K) --seed $(SEED) \
	| laplacian --local --name $(1).local | spectral --k-from $(1).global --seed $(SEED) \
	| lesion --in $(1).global --model $(call model,$(2)) --data $(call data,$(2)) --controls $(CONTROLS) --seed $(SEED) \
	| lesion --in $(1).local --model $(call model,$(2)) --data $(call data,$(2)) --controls $(CONTROLS) --seed $(SEED) \
	| coherence --in $(1).global | coherence --in $(1).local

define family
$(OUT)/$(1)-weights.brc: $(call data,$(1))
	extract-weights --balance $(call model,$(1)) | $(call analyse,weights,$(1)) -o $$@

$(OUT)/$(1)-activations.brc: $(call data,$(1))
	activations --model $(call model,$(1)) < $(call data,$(1)) | corr | $(call analyse,activations,$(1)) -o $$@

$(OUT)/$(1).html: $(OUT)/$(1)-weights.brc $(OUT)/$(1)-activations.brc
	report $$^ -o $$@ --title "$(call network,$(1))"
endef
$(foreach f,$(families),$(eval $(call family,$(f))))
endif
