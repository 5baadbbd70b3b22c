# The page: two wasm modules, their bindings, and the bundle in dist/.

MODULES=target/bundle

# build_page [FOLDER]
build_page() {
  local out=${1:-dist}
  mkdir -p $MODULES
  start interface build_module ui cowscope-ui wasm-size -Oz
  start engine build_module engine cowscope-engine wasm-speed -O3
  await
  node tools/bundle.mjs "$out" $MODULES/ui $MODULES/engine
  node tools/sizes.mjs "$out" $MODULES/ui.named.wasm $MODULES/engine.named.wasm
  say "built $out/"
}

# build_module NAME PACKAGE PROFILE OPTIMIZATION
build_module() {
  local name=$1 package=$2 profile=$3 optimize=$4 stamp
  local wasm=target/wasm/$WASM/$profile/$package.wasm final=$MODULES/$name
  wasm_cargo build --profile "$profile" -p "$package" --bin "$package"
  stamp="$(cksum <"$wasm") $(cksum <tools/build.sh) $(cksum <tools/npm/package-lock.json) $WBG"
  [ "$(cat "$final.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  rm -rf "$final.stamp" "$final"
  "$BINDGEN/wasm-bindgen" --target web --no-typescript --out-dir "$final" --out-name "$name" "$wasm"
  mv "$final/${name}_bg.wasm" "$final.named.wasm" # still has the names of its functions: for tools/sizes.mjs
  node "$NPM/node_modules/binaryen/bin/wasm-opt" "$optimize" -o "$final/${name}_bg.wasm" "$final.named.wasm"
  echo "$stamp" >"$final.stamp"
}
