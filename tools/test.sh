# ./x test: everything CI checks. Each part counts what passed and failed; one that fails does not stop the others.

PASSED=0
FAILED=0
PARTS="fmt clippy native wasm build browser"

# test_all [PART...]
test_all() {
  local part parts=${*:-$PARTS} began
  for part in $parts; do
    case " $PARTS " in *" $part "*) ;; *) fail "no part \"$part\"; there are: $PARTS" ;; esac
  done
  case $parts in *browser*) setup test ;; *) setup serve ;; esac
  for part in $parts; do
    began=$SECONDS
    say "== $part"
    "test_$part"
    say "== $part: $((SECONDS - began))s"
  done
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ]
}

count() {
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
}

# check COMMAND...: counts as one.
check() {
  survive "$@"
  if [ "$STATUS" = 0 ]; then count 1 0; else count 0 1; fi
}

# counted COMMAND...: counts the tests in its output; a failure without any counts as one.
counted() {
  local log=$LOGS/test.log passed failed
  survive logged "$log" "$@"
  read -r passed failed < <(node tools/count-tests.mjs "$log")
  [ "$STATUS" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  count "$passed" "$failed"
}

# survive COMMAND...: sets STATUS; it ends at its first error, this script does not. (In an `if`, bash would let the
# command run on after an error.)
survive() {
  set +e
  (
    set -e
    "$@"
  )
  STATUS=$?
  set -e
}

logged() {
  local log=$1
  shift
  mkdir -p "$LOGS"
  "$@" 2>&1 | tee "$log"
}

test_fmt() { check cargo fmt --all --check; }

test_clippy() { check cargo clippy --workspace --all-targets -- -D warnings; }

test_native() {
  if have cargo-nextest; then
    counted cargo nextest run --workspace --no-fail-fast --no-tests=pass
    counted cargo test --workspace --doc --no-fail-fast
  else
    counted cargo test --workspace --no-fail-fast
  fi
  # The hardware's tests against its seeded defects, in a build that has these.
  counted cargo test -p cowscope-mmu --features mutants --test mutation
}

# The same core as WebAssembly, under Node.js: tests/wasm.rs of each crate.
test_wasm() {
  local packages=() file
  for file in */tests/wasm.rs; do
    [ ! -e "$file" ] || packages+=(-p "cowscope-${file%%/*}")
  done
  if [ ${#packages[@]} = 0 ]; then return 0; fi
  counted wasm_cargo test "${packages[@]}" --test wasm --no-fail-fast
}

test_build() { check build_page; }

test_browser() {
  if [ ! -e dist/index.html ]; then
    say "no dist/ to test"
    count 0 1
    return
  fi
  ln -sfn "$NPM/node_modules" e2e/node_modules
  # A port of its own, so that two checkouts can be tested at once.
  COWSCOPE_TEST_PORT=${COWSCOPE_TEST_PORT:-$((20000 + RANDOM % 10000))} CHROMIUM=$(browser) \
    counted node "$NPM/node_modules/@playwright/test/cli.js" test --config e2e/playwright.config.mjs
  if other_browser >/dev/null; then
    FIREFOX=$(other_browser) counted node e2e/firefox.mjs
  else
    say "no Firefox here: not tried in it"
  fi
}
