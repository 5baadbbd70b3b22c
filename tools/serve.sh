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
  # Better now than after the build.
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail "port $port is taken: choose another one with --port N"
  setup serve
  if [ -n "$watch" ]; then
    have trunk || fail "--watch needs trunk: cargo install --locked trunk"
    exec trunk serve --port "$port" ${open:+--open}
  fi
  build_page
  exec node tools/static-server.mjs dist --port "$port" ${open:+--open}
}
