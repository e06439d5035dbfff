#!/usr/bin/env bats
# Whole analyses: the scripts and make files of pipelines/.
# shellcheck disable=SC2030,SC2031 # every test is a subshell

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	model=$ROOT/fixtures/side-by-side.onnx
	if [ ! -e "$BATS_FILE_TMPDIR/data.brc" ]; then
		read-data -q --sample 20-per-class "$ROOT/fixtures/side-by-side.npz" -o "$BATS_FILE_TMPDIR/data.brc"
	fi
	data=$BATS_FILE_TMPDIR/data.brc
	quick=(-k 2 --controls 9 --shuffles 3)
}

@test "weights.sh: the report on standard output, every stage kept and intact" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" --keep stages "$model" "$data" >report 2>notes
	grep -q "weights.global" report
	for stage in weights clusterability laplacian clusters lesions analysis; do
		check -q "stages/$stage.brc"
	done
	[ "$(find stages -name '.*' -type f | wc -l)" = 0 ]
	peek --json stages/analysis.brc | grep -q '"type": "coherence"'
}

@test "a stage kept is where one can go on: the same analysis from it" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep stages "$model" "$data"
	lesion -q --model "$model" --data "$data" --controls 9 --match activation,cohesion \
		--graph stages/laplacian.brc <stages/clusters.brc | coherence -q |
		repeat -q --model "$model" --data "$data" --partitions 10 >again.brc
	cmp stages/analysis.brc again.brc
}

@test "activations.sh: an HTML report, and nothing else with -q" {
	run --separate-stderr "$ROOT/pipelines/activations.sh" "${quick[@]}" -q -o page.html "$model" "$data"
	[ "$status" = 0 ] && [ -z "$output" ] && [ -z "$stderr" ]
	grep -q "activations.global" page.html
	grep -q "</html>" page.html
}

@test "data that is no stream is read first" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" "$model" "$ROOT/fixtures/side-by-side.npz" 2>/dev/null | grep -q "1000 images"
}

@test "data may be a folder of images" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -k 4 -q -o page.json "$ROOT/fixtures/fashion-vgg.onnx" "$ROOT/fixtures/image-folder"
	jq -e '.networks[0].labellings[0].baseline | .images == 20 and .classes[1].class == "1-Trouser"' page.json
}

@test "a failed run leaves no stage of an earlier one, and says once what failed" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep stages "$model" "$data"
	run ! "$ROOT/pipelines/weights.sh" -k 700 --controls 9 -q --keep stages "$model" "$data"
	[ ! -e stages/analysis.brc ] && [ ! -e stages/clusters.brc ]
	[ "$(grep -c "700 clusters wanted" <<<"$output")" = 1 ]
}

@test "--keep touches no file but the stages" {
	mkdir stages
	cp "$data" stages/mine.brc
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep stages "$model" stages/mine.brc
	cmp "$data" stages/mine.brc
}

@test "--k-auto takes a k that is structured, if there is one; clusterability tests them all" {
	for pipeline in weights activations; do
		samples=()
		[ $pipeline = weights ] || samples=(--samples stages/activations.brc)
		"$ROOT/pipelines/$pipeline.sh" --k-auto 2-5 --controls 9 --shuffles 19 -q --keep stages -o page.json "$model" "$data"
		jq -e '[.networks[0].clusterability[].k] == [2, 3, 4, 5]' page.json
		jq -e '[.networks[0].labellings[0].structure.rows[].k] == [2, 3, 4, 5]' page.json
		spectral -q --k-auto=2-5 --stability auto "${samples[@]}" <stages/laplacian.brc >again.brc
		cmp stages/clusters.brc again.brc
		jq '.networks[0].labellings[0].k' page.json >>ks
	done
	[ "$(head -n 1 ks)" -ge 2 ] && [ "$(head -n 1 ks)" -le 5 ] # two networks side by side
}

@test "--mean and --std go to read-data, and are refused of a stream" {
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep stages --mean 0.25 --std=0.5 "$model" "$ROOT/fixtures/side-by-side.npz"
	read-data -q --split 0.5 --mean 0.25 --std 0.5 "$ROOT/fixtures/side-by-side.npz" -o data.brc
	cmp stages/data.brc data.brc
	run -2 "$ROOT/pipelines/weights.sh" "${quick[@]}" --mean 0.25 "$model" "$data"
	grep -q "data.brc is a stream" <<<"$output"
	run -2 "$ROOT/pipelines/weights.sh" "${quick[@]}" --mean half "$model" "$ROOT/fixtures/side-by-side.npz"
}

@test "images are split, unless they are not to be; a stream is as it is" {
	local npz=$ROOT/fixtures/side-by-side.npz
	"$ROOT/pipelines/activations.sh" "${quick[@]}" -q -o half.json "$model" "$npz"
	jq -e '.networks[0].labellings[0] | .shared_images == 0 and .baseline.images == 1000' half.json
	"$ROOT/pipelines/activations.sh" "${quick[@]}" -q --split .2 -o other.json "$model" "$npz"
	jq -e '.networks[0].labellings[0] | .shared_images == 0 and .baseline.images == 1600' other.json
	"$ROOT/pipelines/activations.sh" "${quick[@]}" -q --split=none -o all.json "$model" "$npz"
	jq -e '.networks[0].labellings[0] | .shared_images == 1 and .baseline.images == 2000' all.json
	jq -e '[.networks[0].labellings[0].warnings[] | select(test("very images"))] | length == 1' all.json
	for wrong in 1 0.5x half 2; do
		run -2 "$ROOT/pipelines/weights.sh" "${quick[@]}" --split $wrong "$model" "$npz"
		grep -q -- "--split: '$wrong' is not a fraction" <<<"$output"
	done
	run -2 "$ROOT/pipelines/weights.sh" "${quick[@]}" --split 0.5 "$model" "$data"
	grep -q "data.brc is a stream" <<<"$output"
}

@test "groups are compared with groups that are like them, in what --match says" {
	for pipeline in weights activations; do
		"$ROOT/pipelines/$pipeline.sh" "${quick[@]}" -q --keep stages -o page.json "$model" "$data"
		peek stages/lesions.brc >told
		grep -q '"match": "activation,cohesion"' told
		grep -q 'match/activation/correct' told && grep -q 'match/cohesion/correct' told
	done
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep stages --match none "$model" "$data"
	peek stages/lesions.brc >told
	run ! grep -q 'match/' told
	for wrong in norm 'cohesion,' 'none,cohesion' ''; do
		run -2 "$ROOT/pipelines/weights.sh" "${quick[@]}" --match "$wrong" "$model" "$data"
		grep -q -- "--match: '$wrong' is not a list" <<<"$output"
	done
}

@test "--shape, --output and --task go to the filters that read the model" {
	for pipeline in weights activations; do
		"$ROOT/pipelines/$pipeline.sh" "${quick[@]}" -q --keep stages --shape 'image=?,2,28,28' --output probability --task classes "$model" "$data"
		peek stages/analysis.brc >told
		[ "$(grep -c '"shape": "image=?,2,28,28", "output": "probability"' told)" = 3 ]
		grep -q '"task": "classes"' told
		run -3 "$ROOT/pipelines/$pipeline.sh" "${quick[@]}" --keep none --output nothing "$model" "$data"
		grep -q "the output 'nothing'" <<<"$output"
		run -2 "$ROOT/pipelines/$pipeline.sh" "${quick[@]}" --keep none --shape image=1,2,3 "$model" "$data"
		[ -z "$(ls none)" ]
	done
}

@test "--task none: clusters, and no lesions" {
	"$ROOT/pipelines/activations.sh" "${quick[@]}" -q --keep stages -o page.json --task none "$model" "$data"
	[ ! -e stages/lesions.brc ]
	cmp stages/clusters.brc stages/analysis.brc
	jq -e '.networks[0].labellings[0] | .k == 2 and .importance == []' page.json
}

@test "wrong arguments are told before any work" {
	run -2 "$ROOT/pipelines/weights.sh" -k four "$model" "$data"
	grep -q "'four' is not a whole number" <<<"$output"
	run -2 "$ROOT/pipelines/weights.sh" "$model"
	run -2 "$ROOT/pipelines/weights.sh" --what "$model" "$data"
	run -2 "$ROOT/pipelines/weights.sh" -q "$model" "$data"
	run -2 "$ROOT/pipelines/weights.sh" -o x.pdf "$model" "$data"
	run -2 "$ROOT/pipelines/weights.sh" -k 2 --k-auto 2-4 "$model" "$data"
	for range in 4 4-2 0-4 a-b; do
		run -2 "$ROOT/pipelines/weights.sh" --k-auto "$range" "$model" "$data"
		grep -q -- "--k-auto" <<<"$output"
	done
	run -2 "$ROOT/pipelines/weights.sh" --task guess "$model" "$data"
	run -2 "$ROOT/pipelines/weights.sh" --mean
	run -2 "$ROOT/pipelines/activations.sh" --units all "$model" "$data"
	run -3 "$ROOT/pipelines/weights.sh" missing.onnx "$data"
	run -6 "$ROOT/pipelines/weights.sh" -o /nonexistent/x.html "$model" "$data"
}

@test "data that do not fit the network are refused before any work, with both shapes" {
	for pipeline in weights activations; do
		run --separate-stderr -3 "$ROOT/pipelines/$pipeline.sh" "${quick[@]}" --keep stages "$ROOT/fixtures/fashion-vgg.onnx" "$data"
		[[ $stderr = *"images of 2 x 28 x 28 do not fit the network's input of 1 x 28 x 28"* ]]
		[ -z "$output" ] && [ -z "$(ls stages)" ]
	done
}

@test "weights.sh: spaces in every name" {
	mkdir "my files"
	cp "$model" "my files/my net.onnx"
	cp "$data" "my files/my data.brc"
	"$ROOT/pipelines/weights.sh" "${quick[@]}" -q --keep "my stages" -o "my page.html" "my files/my net.onnx" "my files/my data.brc"
	cp "$ROOT/fixtures/side-by-side.npz" "my files/my data.npz"
	TMPDIR="$PWD/my files" "$ROOT/pipelines/activations.sh" --k-auto 2-3 --controls 9 --shuffles 2 -q -o "my other.html" "my files/my net.onnx" "my files/my data.npz"
	grep -q "</html>" "my other.html"
	grep -q "</html>" "my page.html"
	check -q "my stages/analysis.brc"
}

# PATH: the filters that are tested, which need not be those of the checkout
experiment() {
	make -s -f "$ROOT/pipelines/experiment.mk" PATH="$PATH" MODELS="$model" DATA="$data" K="2 3" SEEDS=1 \
		CONTROLS=9 SHUFFLES=2 OUT=out
}

@test "experiment.mk: all four partitionings of every run, and again nothing to do" {
	experiment 2>/dev/null
	for run in k2-s1 k3-s1; do
		for name in weights.global weights.local activations.global activations.local; do
			grep -q "$name" "out/side-by-side/$run/report.html"
		done
	done
	[ "$(cut -f 2 out/summary.tsv | sort -u | wc -l)" -ge 4 ]
	touch stamp
	experiment
	[ -z "$(find out -newer stamp -type f)" ]
}

@test "experiment.mk: data that do not fit a network are refused before any work" {
	model=$ROOT/fixtures/fashion-vgg.onnx
	run -2 experiment
	[[ $output = *"images of 2 x 28 x 28 do not fit the network's input of 1 x 28 x 28"* ]]
	[[ $output != *clusterability:* ]]
}

@test "experiment.mk goes on where it was" {
	experiment 2>/dev/null
	rm out/side-by-side/k2-s1/weights.brc
	touch stamp
	experiment 2>/dev/null
	[ -e out/side-by-side/k2-s1/weights.brc ]
	[ ! out/side-by-side/k3-s1/weights.brc -nt stamp ]
	[ ! out/side-by-side/weights.brc -nt stamp ]
}

@test "experiment.mk: spaces in the names of networks, data, the results' folder and its own" {
	mkdir "a place" "a place/my nets"
	ln -s "$ROOT/pipelines" "a place/pipelines" && ln -s "$BIN" "a place/bin"
	cp "$model" "a place/my nets/my net.onnx"
	cp "$data" "my data.brc"
	spaces() {
		make -s -f "a place/pipelines/experiment.mk" MODELS='a\ place/my\ nets/my\ net.onnx' DATA="my data.brc" \
			K=2 SEEDS=1 CONTROLS=9 SHUFFLES=2 OUT="my results" "$@"
	}
	spaces 2>/dev/null
	grep -q "activations.local" "my results/my_net/k2-s1/report.html"
	[ "$(sed -n '$=' "my results/summary.tsv")" -gt 4 ]
	touch stamp
	spaces
	[ -z "$(find "my results" -newer stamp -type f)" ]
	spaces clean
	[ ! -e "my results" ] && [ -e "my data.brc" ]
	model='a place/my nets/my net.onnx'
	run -2 experiment
	[[ $output = *'there is no file "a" "place/my"'*'a space within a name is written "\ "'* ]]
	model=$ROOT/fixtures/side-by-side.onnx data=missing.brc
	run -2 experiment
	[[ $output = *'there is no file "missing.brc"'* ]]
	run -2 make -s -f "$ROOT/pipelines/clusterability.mk" OUT="my results"
	[[ $output = *'their names may not have spaces: "my results"'* ]]
}

@test "make install: broca says where the pipelines are, and they run from there" {
	prefix=$PWD/"a prefix"
	make -s -C "$ROOT" -o all install BIN="$BIN" EXES= PREFIX="$prefix" >/dev/null
	there=$(env -i PATH=/usr/bin:/bin "$prefix/bin/broca" --pipelines)
	[ "$there" = "$prefix/share/broca/pipelines" ]
	env -i PATH=/usr/bin:/bin "$prefix/bin/broca" --help | grep -qF "are in $there"
	# with no other filter to be found than the installed ones
	env -i PATH=/usr/bin:/bin "$there/weights.sh" "${quick[@]}" -q -o page.html "$model" "$data"
	grep -q "</html>" page.html
	env -i PATH=/usr/bin:/bin make -s -f "$there/experiment.mk" MODELS="$model" DATA="$data" K=2 SEEDS=1 \
		CONTROLS=9 SHUFFLES=2 OUT=out 2>/dev/null
	grep -q "activations.local" out/side-by-side/k2-s1/report.html
	# and the files that families.mk takes are there
	env -i PATH=/usr/bin:/bin make -n -f "$there/families.mk" OUT=families |
		grep -oE '"[^"]+/fixtures/[^"]+"' | tr -d '"' | sort -u >files
	[ "$(wc -l <files)" -ge 10 ]
	while read -r file; do
		[ -s "$file" ] || { echo "no $file"; false; }
	done <files
	mv "$prefix/share/broca/pipelines" elsewhere
	run -6 env -i PATH=/usr/bin:/bin "$prefix/bin/broca" --pipelines
	[[ $output = *"hint: "*"make install"* ]]
}

@test "clusterability.mk: from trained networks to the table, and again nothing to do" {
	mkdir -p out/idx
	touch out/idx/train-images-idx3-ubyte
	for net in plain-s7 plain-s7-pruned dropout-s7; do # what training would leave
		cp "$ROOT/fixtures/side-by-side.onnx" "out/$net.onnx"
		echo 0.9800 >"out/$net.accuracy"
	done
	table() { make -s -f "$ROOT/pipelines/clusterability.mk" PATH="$PATH" OUT=out DATA=out/idx SEEDS=7 K=2 SHUFFLES=3; }
	table 2>/dev/null >t.md
	cmp t.md out/table.md
	[ "$(grep -cE '^\| (plain|pruned|dropout) \| 7 \| 0.9800 \| [0-9.]+ \| [0-9.]+ \([0-9.]+\) \|' t.md)" -eq 3 ]
	grep -q 'plain, mean.*published 10.024.*published 10.165' t.md
	touch stamp
	table >/dev/null
	[ -z "$(find out -newer stamp -type f)" ]
}
