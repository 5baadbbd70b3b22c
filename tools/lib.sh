# What every script here uses: where things are, how to speak.

# One line: what is wrong and what to do about it.
fail() {
  printf 'x: %s\n' "$*" >&2
  exit 1
}

[ "${BASH_VERSINFO[0]}" -ge 5 ] || fail "bash $BASH_VERSION is too old: install bash 5"

TOOLS=${COWSCOPE_TOOLS:-${XDG_DATA_HOME:-${HOME:?HOME is not set}/.local/share}/cowscope}
case $TOOLS in /*) ;; *) TOOLS=$PWD/$TOOLS ;; esac
LOGS=$PWD/target/log
WASM=wasm32-unknown-unknown
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin # where rustup puts cargo; a fresh shell may not know yet
export CARGO_NET_RETRY=${CARGO_NET_RETRY:-5}

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

have() { command -v "$1" >/dev/null 2>&1; }
