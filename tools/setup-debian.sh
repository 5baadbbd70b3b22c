# The wasm32 standard library where rustup can't download: Debian's compiler for building browsers, and the library
# built from its sources. It is used for wasm only; everything native is built by the machine's own Rust.

DEBIAN_RUST="rustc-web cargo-web rust-web-src lld-22"
STD=$TOOLS/toolchain # a sysroot of our own: Debian's compiler and host library, our wasm32 library

have_apt() {
  have apt-get || fail "missing: $1; install what your system calls these, then run this again"
  SUDO=
  [ "$(id -u)" != 0 ] || return 0
  SUDO=sudo
  have sudo && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; } ||
    fail "not allowed to install packages: run \"apt-get install --no-install-recommends $1\" as root, then this again"
}

apt_install() {
  local options=(-q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  [ -z "${CI:-}" ] || options+=(-o Dpkg::Options::=--force-unsafe-io) # nobody switches CI off half-way
  $SUDO apt-get "${options[@]}" update || true # a source that is down may not be one that is needed
  $SUDO env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@"
}

missing_packages() {
  local name
  for name; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
  done
}

need_std() {
  [ "$(cat "$STD/stamp" 2>/dev/null)" != "$(/usr/bin/rustc --version 2>/dev/null)" ] || ! has_std "$STD/bin/rustc"
}

debian_new_enough() {
  local has
  has=$(rustc_version /usr/bin/rustc)
  new_enough "$has" || fail "Debian's rustc-web is $has, $(wanted_version) is needed: add bookworm-security to /etc/apt/sources.list"
}

build_std() {
  local compiler=/usr/bin/rustc host sources build=$TOOLS/build-std name
  host=$($compiler -vV | sed -n 's/^host: //p')
  sources=$(readlink -f /usr/lib/rustlib/src/rust)/library
  rm -rf "$STD" "$build"
  mkdir -p "$STD/bin" "$STD/lib/rustlib/$WASM/lib" "$STD/lib/rustlib/$host/bin"
  (
    cd "$TOOLS" # away from this project's own settings
    # library/sysroot is how the compiler's own build makes its libraries: core to std, proc_macro and test.
    env -u RUSTUP_TOOLCHAIN -u CARGO_BUILD_TARGET -u CARGO_ENCODED_RUSTFLAGS \
      RUSTC=$compiler RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=cowscope CARGO_TARGET_DIR="$build" \
      RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes" \
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_DEBUG=0 \
      /usr/bin/cargo build --locked --release --target $WASM \
      --manifest-path "$sources/sysroot/Cargo.toml" --features "panic-unwind backtrace"
  )
  cp "$build/$WASM/release/deps/"*.rlib "$STD/lib/rustlib/$WASM/lib/"
  rm -rf "$build"
  ln -s "/usr/lib/rustlib/$host/lib" "$STD/lib/rustlib/$host/lib"
  ln -s /usr/bin/wasm-ld-22 "$STD/lib/rustlib/$host/bin/rust-lld"
  for name in rustc rustdoc; do
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' $name "$STD" >"$STD/bin/$name"
    chmod +x "$STD/bin/$name"
  done
  $compiler --version >"$STD/stamp"
}
