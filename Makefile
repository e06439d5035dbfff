# broca: the one entry.
#   make                builds lib/libbroca.a and bin/*
#   make deps           installs the Debian packages that are missing
#   make demo           a whole analysis of a shipped network, then its report
#   make check          all tests (SAN=1: under ASan and UBSan); make check-unit ONLY=stats/...
#   make check-oracles  makes the oracle values again (scipy, scikit-learn, torch) and compares
#   make check-large    torchvision's networks and a GPT-2 against torch
#   make conformance    the official operator tests of ONNX
#   make calibrate      the long calibration of the p-values
#   make validity (MEASURE=sizes: one; VALIDITY=long) the tables of docs/validity.md
#   make bench (ONLY=spectral: a part) lint fuzz install clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
CFLAGS   ?= -O2 -g
NPROC    := $(shell nproc)
PREFIX   ?= /usr/local
PYTHON   ?= /usr/bin/python3
BUILD    := .build
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla -Wdeclaration-after-statement
ifdef CI
WARN     += -Werror
endif

# make check SAN=1: AddressSanitizer and UndefinedBehaviorSanitizer, in a tree of its own
ifdef SAN
BUILD    := .build/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
BIN      := $(if $(SAN),$(BUILD)/bin,bin)
LIB      := $(if $(SAN),$(BUILD)/libbroca.a,lib/libbroca.a)
GEN      := .build/gen

CPPFLAGS += -Ilib -I$(GEN)
# filters load what they use: --as-needed
LIBS     := -Wl,--as-needed -ldnnl -lgomp -llapacke -lopenblas -lprotobuf-c -lmsgpackc -lzstd -lxxhash -ljansson \
            -lpng -ljpeg -lexpat -lz -lm -lpthread -ldl
# V=1 shows the commands
Q        := $(if $(V),,@)
say       = $(if $(V),,@echo "  $(1)")
COMPILE   = $(CC) -std=gnu11 $(CPPFLAGS) $(CFLAGS) $(WARN) $(SANFLAGS) -MMD -MP

LIB_SRC  := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/data/models/onnx.pb-c.o
BIN_SRC  := $(sort $(wildcard bin/*.c))
FILTERS  := $(BIN_SRC:%.c=%)
EXES     := $(FILTERS:bin/%=$(BIN)/%)
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
BENCH    := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
UNIT     := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
MAINS    := $(BIN_SRC:bin/%.c=$(BUILD)/mains/%.o)

all: $(EXES)

-include lib/render/render.mk

$(GEN)/data/models/onnx.pb-c.c $(GEN)/data/models/onnx.pb-c.h &: lib/data/models/onnx.proto
	@mkdir -p $(GEN)
	$(call say,GEN  $@)
	$(Q)protoc-c --c_out=$(GEN) -Ilib $<

$(BUILD)/gen/data/models/onnx.pb-c.o: $(GEN)/data/models/onnx.pb-c.c
	@mkdir -p $(@D)
	$(call say,CC   $@)
	$(Q)$(COMPILE) -Wno-unused-parameter -c $< -o $@

# loops worth vectorising
$(BUILD)/lib/exec/%.o $(BUILD)/lib/linalg/%.o $(BUILD)/lib/graph/%.o: CFLAGS += -O3
$(BUILD)/lib/linalg/%.o: CFLAGS += -fno-math-errno

$(BUILD)/%.o: %.c | $(GEN)/data/models/onnx.pb-c.h
	@mkdir -p $(@D)
	$(call say,CC   $@)
	$(Q)$(COMPILE) -c $< -o $@

$(LIB): $(LIB_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR   $@)
	$(Q)ar rcs $@ $^

$(BIN)/%: $(BUILD)/bin/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) $< $(LIB) $(LIBS) -o $@

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) $(filter %.o,$^) $(LIB) -lcmocka -larpack $(LIBS) -o $@

# every filter as a function, brc_main_<filter>, for the test that damages what they read
$(BUILD)/mains/%.o: bin/%.c | $(GEN)/data/models/onnx.pb-c.h
	@mkdir -p $(@D)
	$(call say,CC   $@)
	$(Q)$(COMPILE) -Dmain=brc_main_$(subst -,_,$*) -c $< -o $@

$(BUILD)/tests/hostile_stream_test $(BUILD)/tests/allocation_failure_test: $(MAINS)
# there malloc and the like are those of the test, which makes them fail
$(BUILD)/tests/allocation_failure_test: LDFLAGS += \
	$(foreach f,malloc calloc realloc aligned_alloc,-Wl,--wrap=$(f))

check-unit: $(if $(ONLY),$(BUILD)/tests/$(ONLY)_test,$(UNIT))
	@set -e; for t in $^; do echo "== $$t"; $$t; done

# ---- packages ----

PACKAGES_BUILD  := gcc libc6-dev libzstd-dev libmsgpack-dev libopenblas-dev liblapacke-dev \
                   libprotobuf-c-dev protobuf-c-compiler libjansson-dev \
                   libpng-dev libjpeg-dev zlib1g-dev libexpat1-dev libxxhash-dev libdnnl-dev libjs-chart.js
PACKAGES_CHECK  := procps liblapack3 libcmocka-dev libarpack2-dev bats jq mandoc python3-msgpack python3-numpy zstd \
                   libonnx-testdata python3-leidenalg python3-networkx
PACKAGES_ORACLE := r-cran-igraph python3-leidenalg python3-networkx python3-torch python3-scipy python3-mpmath python3-sklearn python3-onnx python3-msgpack dataset-fashion-mnist
PACKAGES_LARGE  := python3-torch python3-torchvision python3-msgpack
PACKAGES_LINT   := git clang-format cppcheck shellcheck mandoc
PACKAGES_FUZZ   := clang libclang-rt-14-dev
PACKAGES_BENCH  := python3-torch python3-torchvision python3-scipy python3-sklearn python3-onnx pv

# Install what is missing of a list; say the command where we may not.
define install
@missing=; for p in $(1); do \
	dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || \
	missing="$$missing $$p"; done; \
if [ -n "$$missing" ]; then \
	echo "installing:$$missing"; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null; then sudo=sudo; \
	else echo "these packages are missing; as root, run:"; \
		echo "  apt-get update && apt-get install -y --no-install-recommends$$missing"; exit 1; fi; \
	$$sudo apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
fi
endef

deps: deps-build deps-check
deps-build:
	$(call install,$(PACKAGES_BUILD))
deps-check:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_CHECK))
deps-oracle:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_ORACLE))
deps-large:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_LARGE))
deps-lint:
	$(call install,$(PACKAGES_LINT))
deps-fuzz:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_FUZZ))
deps-bench:
	$(call install,$(PACKAGES_BUILD) $(PACKAGES_BENCH))

# ---- demo ----

demo: deps-build
	@$(MAKE) --no-print-directory -j$(NPROC) all
	@PATH="$(CURDIR)/bin:$$PATH" pipelines/demo.sh

# ---- tests ----

tests: $(EXES) $(UNIT) $(if $(SAN),$(BUILD)/pipelines)

# beside the filters, as in a checkout: 'broca --pipelines' looks there
$(BUILD)/pipelines:
	@mkdir -p $(@D)
	$(Q)ln -sfn ../../pipelines $@

check: deps-check
	@$(MAKE) --no-print-directory -j$(NPROC) tests $(BUILD)/conformance/operators SAN=$(SAN)
	@$(BUILD)/conformance/operators --summary $(CONFORMANCE)
	@BIN="$(CURDIR)/$(BIN)" UNIT="$(CURDIR)/$(BUILD)/tests" tests/run

check-oracles: deps-oracle
	@PYTHON=$(PYTHON) tests/oracle/run
	@$(MAKE) --no-print-directory -j$(NPROC) all $(BUILD)/bench/network
	@$(PYTHON) tests/oracle/exports.py $(BUILD)/bench/network bin
	@tests/docs-commands docs/tutorial.md # with R, which make check does not install

# the official operator tests of ONNX, those that need not pass, and further tests of that form
ONNX_TESTS := $(addprefix /usr/share/libonnx-testdata/data/,node simple pytorch-operator pytorch-converted)
CONFORMANCE := tests/conformance/expected $(ONNX_TESTS) tests/golden/operators

$(BUILD)/conformance/operators: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/conformance/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

conformance: deps-check
	@$(MAKE) --no-print-directory -j$(NPROC) $(BUILD)/conformance/operators SAN=$(SAN)
	@$(BUILD)/conformance/operators $(CONFORMANCE)

# torchvision's networks and a GPT-2 with random weights, beside torch
check-large: deps-large
	@$(MAKE) --no-print-directory -j$(NPROC) all $(BUILD)/bench/executor
	$(PYTHON) tests/oracle/torchvision_networks.py $(BUILD)/bench/executor
	$(PYTHON) tests/oracle/gpt2_network.py bin

calibrate: deps-check
	@$(MAKE) --no-print-directory -j$(NPROC) tests
	$(BUILD)/tests/calibration_test 1000 199 500

validity: deps-oracle
	@$(MAKE) --no-print-directory -j$(NPROC) all
	@MEASURE="$(MEASURE)" VALIDITY="$(VALIDITY)" $(PYTHON) tests/validity/run.py
	@$(PYTHON) tests/validity/starts.py bin

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(LDFLAGS) $< $(LIB) $(LIBS) -o $@

bench-programs: all $(BENCH)

bench: deps-bench
	@$(MAKE) --no-print-directory -j$(NPROC) bench-programs
	@PATH="$(CURDIR)/bin:$$PATH" BENCH="$(CURDIR)/$(BUILD)/bench" PYTHON=$(PYTHON) tests/bench/run $(ONLY)

# ---- lint ----

C_FILES  := $(LIB_SRC) $(BIN_SRC) $(wildcard bin/*.h lib/*/*.h lib/*/*/*.h tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.c \
            tests/conformance/*.[ch])
SH_FILES := $(wildcard pipelines/*.sh) tests/run tests/docs-commands tests/oracle/run tests/bench/run tests/lint-floors \
            .ci/run $(wildcard tests/bench/*.sh)

lint: deps-lint
	@echo "clang-format"
	@clang-format --dry-run -Werror $(C_FILES)
	@echo "floors and names"
	@tests/lint-floors
	@echo "rules of the code"
	@tests/lint-code
	@tests/lint-map
	@echo "shellcheck"
	@shellcheck -x $(SH_FILES) $(wildcard tests/cli/*.bats tests/cli/*.bash)
	@echo "mandoc"
	@mandoc -Tlint -W warning docs/man/*.[1-9]
	@echo "cppcheck"
	@cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem --suppress=invalidPointerCast \
		--enable=warning,portability -Ilib -j$(NPROC) $(LIB_SRC) $(BIN_SRC)

# ---- fuzzing ----

FUZZ_SECONDS ?= 60
# FUZZ="exec onnx": these alone
FUZZ ?= $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZERS := $(FUZZ:%=$(BUILD)/fuzz/%_fuzz)

FUZZ_CC := clang -std=gnu11 -O1 -g $(CPPFLAGS) -fsanitize=address,undefined \
           -fno-sanitize-recover=undefined
FUZZ_OBJ := $(LIB_SRC:%.c=$(BUILD)/fuzz/%.o) $(BUILD)/fuzz/gen/data/models/onnx.pb-c.o

$(BUILD)/fuzz/lib/%.o: lib/%.c | $(GEN)/data/models/onnx.pb-c.h
	@mkdir -p $(@D)
	$(FUZZ_CC) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(BUILD)/fuzz/gen/data/models/onnx.pb-c.o: $(GEN)/data/models/onnx.pb-c.c
	@mkdir -p $(@D)
	$(FUZZ_CC) -fsanitize=fuzzer-no-link -c $< -o $@

$(BUILD)/fuzz/libbroca.a: $(FUZZ_OBJ)
	@rm -f $@
	$(call say,AR   $@)
	$(Q)ar rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/libbroca.a
	$(FUZZ_CC) -fsanitize=fuzzer $^ $(LIBS) -o $@

$(BUILD)/fuzz-seeds: $(BUILD)/tests/fuzz/seeds.o $(LIB)
	$(call say,LINK $@)
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

# networks of single operators, besides the corpora in the repository
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory -j$(NPROC) $(FUZZERS) $(BUILD)/fuzz-seeds $(BUILD)/tests/traced_operators_test
	@mkdir -p $(FUZZ:%=.build/corpus/%) $(FUZZ:%=$(BUILD)/seeds/%) $(BUILD)/seeds/exec $(BUILD)/seeds/onnx
	@$(BUILD)/fuzz-seeds $(BUILD)/seeds/exec $(ONNX_TESTS) tests/golden/operators
	@cp tests/golden/opset23/*.onnx $(BUILD)/seeds/exec
	@cp tests/golden/net/heads/*.onnx fixtures/exports/*.onnx $(BUILD)/seeds/onnx
	@$(BUILD)/tests/traced_operators_test $(BUILD)/seeds/onnx 2>/dev/null >&2
	@set -e; for f in $(FUZZERS); do name=$$(basename $$f _fuzz); \
		$$f -artifact_prefix=$(BUILD)/fuzz/ -max_total_time=$(FUZZ_SECONDS) \
			-rss_limit_mb=512 -timeout=5 -print_final_stats=1 \
			.build/corpus/$$name tests/fuzz/corpus/$$name $(BUILD)/seeds/$$name; done

# ---- installation ----

MANDIR := $(DESTDIR)$(PREFIX)/share/man
# a checkout in small: pipelines find filters, networks and data beside them
SHARE  := $(DESTDIR)$(PREFIX)/share/broca
SHIPPED := $(wildcard fixtures/fashion-*.onnx fixtures/fashion-*.gz fixtures/fashion-*.txt) fixtures/text-transformer.onnx \
           fixtures/text-test.npz fixtures/text-vocabulary.txt fixtures/train_mnist.py fixtures/train_mlp.py fixtures/fashion_mnist.py \
           fixtures/README.md fixtures/LICENSE-fashion-mnist

install: $(EXES)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(MANDIR)/man1" "$(MANDIR)/man5" \
		"$(SHARE)/bin" "$(SHARE)/pipelines" "$(SHARE)/fixtures" "$(SHARE)/docs"
	set -e; for f in $(filter-out broca,$(FILTERS:bin/%=%)); do \
		install -m 755 $(BIN)/$$f "$(DESTDIR)$(PREFIX)/bin/broca-$$f"; \
		ln -sf ../../../bin/broca-$$f "$(SHARE)/bin/$$f"; done
	install -m 755 $(BIN)/broca "$(DESTDIR)$(PREFIX)/bin/broca"
	install -m 644 docs/man/*.1 "$(MANDIR)/man1"
	install -m 644 docs/man/*.5 "$(MANDIR)/man5"
	install -m 755 pipelines/*.sh "$(SHARE)/pipelines"
	install -m 644 pipelines/*.mk pipelines/*.bash pipelines/*.py "$(SHARE)/pipelines"
	install -m 644 $(SHIPPED) "$(SHARE)/fixtures"
	install -m 644 docs/read_stream.py "$(SHARE)/docs"

clean:
	rm -rf .build lib/libbroca.a $(FILTERS)

.PHONY: all tests check check-large conformance check-unit check-oracles calibrate validity demo bench bench-programs lint fuzz install clean \
	deps deps-build deps-check deps-oracle deps-large deps-lint deps-fuzz deps-bench
.SECONDARY:

-include $(LIB_OBJ:.o=.d) $(BIN_SRC:%.c=$(BUILD)/%.d) $(UNIT_SRC:%.c=$(BUILD)/%.d) $(MAINS:.o=.d) $(FUZZ_OBJ:.o=.d) \
         $(wildcard $(BUILD)/tests/bench/*.d $(BUILD)/tests/conformance/*.d)
