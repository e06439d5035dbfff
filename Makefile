# broca: the one entry. `make help` lists the targets.
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
PYTHON   ?= /usr/bin/python3
BUILD    := .build
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla
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
LIBS     := -llapacke -lopenblas -larpack -lgsl -lprotobuf-c -lmsgpackc -lzstd -lxxhash -ljansson \
            -lpng -lz -lm -lpthread -ldl
COMPILE   = $(CC) -std=gnu11 $(CPPFLAGS) $(CFLAGS) $(WARN) $(SANFLAGS) -MMD -MP

LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/data/onnx.pb-c.o
BIN_SRC  := $(sort $(wildcard bin/*.c))
FILTERS  := $(BIN_SRC:%.c=%)
EXES     := $(FILTERS:bin/%=$(BIN)/%)
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
UNIT     := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)

all: $(EXES)

-include lib/render/render.mk

$(GEN)/data/onnx.pb-c.c $(GEN)/data/onnx.pb-c.h &: lib/data/onnx.proto
	@mkdir -p $(GEN)
	protoc-c --c_out=$(GEN) -Ilib $<

$(BUILD)/gen/data/onnx.pb-c.o: $(GEN)/data/onnx.pb-c.c
	@mkdir -p $(@D)
	$(COMPILE) -Wno-unused-parameter -c $< -o $@

$(BUILD)/%.o: %.c | $(GEN)/data/onnx.pb-c.h
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

$(LIB): $(LIB_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

$(BIN)/%: $(BUILD)/bin/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS) $(LDFLAGS) $< $(LIB) $(LIBS) -o $@

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS) $(LDFLAGS) $< $(LIB) -lcmocka $(LIBS) -o $@

check-unit: $(if $(ONLY),$(BUILD)/tests/$(ONLY)_test,$(UNIT))
	@set -e; for t in $^; do echo "== $$t"; $$t; done

clean:
	rm -rf .build lib/libbroca.a $(FILTERS)

.PHONY: all check-unit clean
.SECONDARY:

-include $(LIB_OBJ:.o=.d) $(BIN_SRC:%.c=$(BUILD)/%.d) $(UNIT_SRC:%.c=$(BUILD)/%.d)
