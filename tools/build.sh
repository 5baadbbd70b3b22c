# The page: two wasm modules, their bindings, and the bundle in dist/.

MODULES=target/bundle

# build_page [FOLDER]
build_page() {
  local out=${1:-dist}
  mkdir -p $MODULES
  if [ -n "${QUICK:-}" ]; then
    wasm_cargo build --profile wasm-quick -p cowscope-ui -p cowscope-engine --bins # at once: with the same features
    finish_module ui cowscope-ui wasm-quick
    finish_module engine cowscope-engine wasm-quick
  else
    start interface build_module ui cowscope-ui wasm-size -Oz
    start engine build_module engine cowscope-engine wasm-speed -O3
    await
  fi
  build_editor
  node tools/bundle.mjs "$out" $MODULES/ui $MODULES/engine $MODULES/editor
  node tools/sizes.mjs "$out" $MODULES/ui.named.wasm $MODULES/engine.named.wasm
  say "built $out/"
}

# build_module NAME PACKAGE PROFILE [OPTIMIZATION...]
build_module() {
  wasm_cargo build --profile "$3" -p "$2" --bin "$2"
  finish_module "$@"
}

finish_module() {
  local name=$1 package=$2 profile=$3 stamp
  local optimize=("${@:4}")
  local wasm=target/wasm/$WASM/$profile/$package.wasm final=$MODULES/$name
  stamp="$profile $(cksum <"$wasm") $(cksum <tools/build.sh) $(cksum <tools/npm/package-lock.json) $WBG"
  [ "$(cat "$final.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  rm -rf "$final.stamp" "$final"
  "$BINDGEN/wasm-bindgen" --target web --no-typescript --out-dir "$final" --out-name "$name" "$wasm"
  mv "$final/${name}_bg.wasm" "$final.named.wasm" # still has the names of its functions: for tools/sizes.mjs
  if [ ${#optimize[@]} = 0 ]; then
    cp "$final.named.wasm" "$final/${name}_bg.wasm"
  else
    node "$NPM/node_modules/binaryen/bin/wasm-opt" "${optimize[@]}" -o "$final/${name}_bg.wasm" "$final.named.wasm"
  fi
  echo "$stamp" >"$final.stamp"
}

# The editor, with what it takes from npm in one file. It is loaded when it is opened.
build_editor() {
  mkdir -p $MODULES/editor
  NODE_PATH=$NPM/node_modules "$NPM/node_modules/.bin/esbuild" ui/editor/editor.mjs --bundle --minify --format=esm \
    --target=es2022 --log-level=warning --legal-comments=none --outfile=$MODULES/editor/editor.js
}
