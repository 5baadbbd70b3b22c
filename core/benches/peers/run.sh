#!/usr/bin/env bash
# The protocol in SPIN, in stateright and here, in one run on this machine: core/benches/peers/run.sh
# Needs spin and gcc (Debian: apt-get install spin gcc), and stateright from crates.io. Builds into target/peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=core/benches/peers out=$PWD/target/peers
mkdir -p "$out"

cargo build --quiet --release -p cowscope-cli
CARGO_TARGET_DIR=$out cargo build --quiet --release --manifest-path $here/stateright/Cargo.toml

# spin_model NAME PAGES S F [FLAG...]
spin_model() {
  local dir=$out/$1
  mkdir -p "$dir"
  cp $here/protocol.pml "$dir"
  (cd "$dir" && spin -DN="$2" -DS="$3" -DF="$4" -DCHECK=1 -a protocol.pml >/dev/null && gcc -w -O2 -DSAFETY -DNOFAIR -DNOREDUCE "${@:5}" -o pan pan.c)
}
spin_model sf3 3 1 1
spin_model sf4 4 1 1
spin_model f3 3 0 1 -DBFS

# timed NAME COMMAND...: the median of five runs, CPU seconds. (SPIN leaves a trail where it runs: let that be its own folder.)
timed() {
  local name=$1 times=()
  shift
  for _ in 1 2 3 4 5; do
    times+=("$({ TIMEFORMAT=%U; time "$@" >"$out/said" 2>&1 || true; } 2>&1)")
  done
  printf '%-44s %7s CPU s   %s\n' "$name" "$(printf '%s\n' "${times[@]}" | sort -n | sed -n 3p)" \
    "$(grep -hoE '[0-9]+ (unique )?states[^;]*|[0-9]+ states, stored|[0-9]+ transitions \(= stored.*|breaks after [0-9]+ steps' "$out/said" | head -2 | paste -sd' ')"
}
timed "SPIN, SF, 3 pages" env -C "$out/sf3" ./pan -m100000 -w24
timed "SPIN, SF, 4 pages" env -C "$out/sf4" ./pan -m100000 -w26
timed "SPIN, F, 3 pages, shortest break" env -C "$out/f3" ./pan -m100000 -w20
timed "stateright, SF, 3 pages" "$out/release/protocol-in-stateright" 3 sf dfs
timed "stateright, SF, 4 pages" "$out/release/protocol-in-stateright" 4 sf dfs
timed "stateright, F, 3 pages, shortest break" "$out/release/protocol-in-stateright" 3 f bfs
echo
target/release/cowscope bench protocol --large --runs 5
