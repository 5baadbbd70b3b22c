# Rust: the machine's own compiler, wasm-bindgen, and the wasm32 standard library by rustup.

native_rust() {
  have cargo || fail "Rust is missing: install it from https://rustup.rs, then run this again"
  local has
  has=$(rustc_version rustc)
  [ -n "$has" ] || fail "\"rustc --version\" says nothing: run \"rustup default stable\", then this again"
  new_enough "$has" || fail "Rust $has is too old, $(wanted_version) is needed: run \"rustup update stable\""
}

rustc_version() { "$1" --version 2>/dev/null | sed -n 's/^rustc \([0-9]*\.[0-9]*\).*/\1/p'; }

wanted_version() { sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml; }

new_enough() { [ "$(printf '%s\n' "$(wanted_version)" "$1" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$(wanted_version)" ]; }

# Can this rustc really compile for wasm?
has_std() {
  local dir
  dir=$("$1" --print target-libdir --target $WASM 2>/dev/null) && ls "$dir"/libcore-*.rlib >/dev/null 2>&1
}

# Sets ROUTE to native (the machine's own compiler has the library) or debian (tools/setup-debian.sh).
choose_route() {
  case ${WASM_ROUTE:-auto} in
    debian) ROUTE=debian ;;
    auto | rustup)
      if has_std rustc; then
        ROUTE=native
      elif [ "${WASM_ROUTE:-auto}" = auto ] && ! need_std; then
        ROUTE=debian # made by an earlier set-up: don't ask rustup again at every start
      elif have rustup && say "rustup target add $WASM" && rustup_target; then
        ROUTE=native
      elif [ "${WASM_ROUTE:-auto}" = auto ] && have apt-get; then
        say "rustup can't: taking Debian's compiler for wasm instead"
        ROUTE=debian
      else
        fail "no $WASM standard library: run \"rustup target add $WASM\", then this again"
      fi
      ;;
    *) fail "WASM_ROUTE is auto, rustup or debian, not \"$WASM_ROUTE\"" ;;
  esac
}

rustup_target() {
  local patience=()
  ! have timeout || patience=(timeout 300)
  ${patience[@]+"${patience[@]}"} rustup target add $WASM </dev/null && has_std rustc
}

# cargo for wasm32. A target folder of its own: native builds beside it need not wait for its lock.
wasm_cargo() {
  local verb=$1 compiler=()
  shift
  [ "$ROUTE" != debian ] || compiler=("RUSTC=$STD/bin/rustc")
  env ${compiler[@]+"${compiler[@]}"} \
    CARGO_TARGET_DIR=target/wasm \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$BINDGEN/wasm-bindgen-test-runner" \
    cargo "$verb" --target $WASM "$@"
}

# The command and the bindings in the code must be of one version.
bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, "", $3); print $3; exit }' Cargo.lock; }

# An installed wasm-bindgen is used if it is the right one.
bindgen_dir() {
  local found
  found=$(command -v wasm-bindgen || true)
  if [ -n "$found" ] && [ -x "$(dirname "$found")/wasm-bindgen-test-runner" ] && is_bindgen "$found"; then
    dirname "$found"
  else
    echo "$TOOLS/wasm-bindgen-$WBG/bin"
  fi
}

is_bindgen() { [ "$("$1" --version 2>/dev/null)" = "wasm-bindgen $WBG" ]; }

need_bindgen() { ! is_bindgen "$BINDGEN/wasm-bindgen"; }

install_bindgen() {
  local root=$TOOLS/wasm-bindgen-$WBG
  # Quick to build rather than quick to run: it runs for a second or two. `--locked` is tried first; its lock file can
  # name a crate that the registry at hand does not have.
  cd "$TOOLS" # away from this project's own settings
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
  export CARGO_TARGET_DIR=$TOOLS/build-wasm-bindgen
  unset RUSTC RUSTFLAGS CARGO_BUILD_TARGET
  cargo install --root "$root" --force wasm-bindgen-cli --version "$WBG" --locked ||
    cargo install --root "$root" --force wasm-bindgen-cli --version "$WBG"
  rm -rf "$CARGO_TARGET_DIR"
}
