# ./x serve

serve() {
  local port=8080 open= watch=
  while [ $# -gt 0 ]; do
    case $1 in
      --port) port=${2:?--port needs a number}; shift ;;
      --port=*) port=${1#*=} ;;
      --open) open=1 ;;
      --watch) watch=1 ;;
      *) fail "serve knows --port N, --open and --watch, not \"$1\"" ;;
    esac
    shift
  done
  case $port in '' | *[!0-9]*) fail "--port needs a number, not \"$port\"" ;; esac
  setup serve
  if [ -n "$watch" ]; then
    have trunk || fail "--watch needs trunk: cargo install --locked trunk"
    exec trunk serve --port "$port" ${open:+--open}
  fi
  build_page
  exec node tools/static-server.mjs dist --port "$port" ${open:+--open}
}
