# Installs what building (serve) or testing (test) needs, and is missing. Nothing outside $TOOLS, but Debian packages.

. tools/setup-rust.sh
. tools/setup-debian.sh

NODE_MAJOR=18
NPM=$TOOLS/npm # node_modules of tools/npm/package-lock.json

# setup serve|test
setup() {
  local what=$1
  case $what in serve | test) ;; *) fail "setup serve, or setup test (which adds the browser)" ;; esac
  [ "${SETUP_DONE:-}" != test ] && [ "${SETUP_DONE:-}" != "$what" ] || return 0
  mkdir -p "$TOOLS"
  if have flock; then
    exec 8>"$TOOLS/lock"
    flock -n 8 || { say "waiting for another set-up in $TOOLS"; flock 8; }
  fi
  native_rust
  choose_route
  WBG=$(bindgen_version)
  BINDGEN=$(bindgen_dir)

  # What the compilers need comes first. Then they work while the larger packages are fetched.
  local packages=()
  need_compilers
  if [ ${#packages[@]} -gt 0 ]; then
    have_apt "${packages[*]}"
    start packages apt_install "${packages[@]}"
    await packages
  fi
  [ "$ROUTE" != debian ] || debian_new_enough
  need_bindgen && start wasm-bindgen install_bindgen
  [ "$ROUTE" = debian ] && need_std && start wasm-std build_std

  packages=()
  need_node "$what"
  if [ ${#packages[@]} -gt 0 ]; then
    have_apt "${packages[*]}"
    start packages apt_install "${packages[@]}"
    await packages
  fi
  node_new_enough
  need_npm "$what" && start npm install_npm "$what"
  await
  if have flock; then exec 8>&-; fi
  SETUP_DONE=$what
}

# These two set `packages` to the Debian packages that are missing.
need_compilers() {
  have cc || packages+=(gcc libc6-dev)
  [ "$ROUTE" != debian ] || packages+=($(missing_packages $DEBIAN_RUST))
}

need_node() {
  have node || packages+=(nodejs)
  have npm || packages+=(npm)
  [ "$1" = serve ] || browser >/dev/null || packages+=(chromium fonts-dejavu-core)
  # Where CI runs on Debian, the page is tried in Debian's Firefox too; elsewhere in whichever is there.
  [ "$1" = serve ] || [ "$ROUTE" != debian ] || [ -z "${CI:-}" ] || other_browser >/dev/null || packages+=(firefox-esr)
}

node_new_enough() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge $NODE_MAJOR ] || fail "Node.js $major is too old: install $NODE_MAJOR or later (https://nodejs.org)"
}

# The browser the tests drive.
browser() {
  local name
  for name in ${CHROMIUM:-chromium chromium-browser google-chrome google-chrome-stable}; do
    command -v "$name" && return 0
  done
  [ -z "${CHROMIUM:-}" ] || fail "no browser at CHROMIUM=$CHROMIUM"
  return 1
}

# The other browser, where there is one.
other_browser() { command -v "${FIREFOX:-firefox-esr}" || command -v firefox; }

npm_stamp() { echo "$1 $(cksum <tools/npm/package-lock.json)"; }

need_npm() {
  local has
  has=$(cat "$NPM/stamp" 2>/dev/null || true)
  [ "$has" != "$(npm_stamp test)" ] && [ "$has" != "$(npm_stamp "$1")" ]
}

install_npm() {
  mkdir -p "$NPM"
  rm -f "$NPM/stamp"
  cp tools/npm/package.json tools/npm/package-lock.json "$NPM/"
  local omit=()
  [ "$1" = test ] || omit=(--omit=dev)
  npm ci --prefix "$NPM" --no-audit --no-fund --loglevel=http ${omit[@]+"${omit[@]}"}
  npm_stamp "$1" >"$NPM/stamp"
}
