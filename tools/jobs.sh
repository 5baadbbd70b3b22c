# Steps that run side by side. Each writes to a log; the screen gets its start, its progress and its end.

JOBS=()      # names of the running ones
JOB_PIDS=()  # in the same order
JOB_STARTS=()
BEAT=$SECONDS

# start NAME COMMAND...
start() {
  local name=$1 log=$LOGS/$1.log
  shift
  mkdir -p "$LOGS"
  say "$name: started"
  trap end_jobs EXIT # here, because a subshell starts without traps
  trap 'exit 130' INT
  trap 'exit 143' TERM
  set -m # a process group of its own, so that an interrupt can end it with all its children
  (
    set -e
    "$@"
  ) </dev/null >"$log" 2>&1 &
  set +m
  JOBS+=("$name")
  JOB_PIDS+=($!)
  JOB_STARTS+=("$SECONDS")
}

# await [NAME...]: until these, or all, are done. Ends everything when one fails.
await() {
  local i
  while waited_for "$@"; do
    for i in "${!JOBS[@]}"; do
      kill -0 "${JOB_PIDS[i]}" 2>/dev/null || reap "$i"
    done
    if [ $((SECONDS - BEAT)) -ge 10 ]; then
      BEAT=$SECONDS
      for i in "${!JOBS[@]}"; do
        say "${JOBS[i]}: $(progress "$LOGS/${JOBS[i]}.log")"
      done
    fi
    sleep 0.1
  done
}

waited_for() {
  [ ${#JOBS[@]} -gt 0 ] || return 1
  [ $# -gt 0 ] || return 0
  local name
  for name; do
    case " ${JOBS[*]} " in *" $name "*) return 0 ;; esac
  done
  return 1
}

reap() {
  local name=${JOBS[$1]} pid=${JOB_PIDS[$1]} took=$((SECONDS - JOB_STARTS[$1]))
  unset "JOBS[$1]" "JOB_PIDS[$1]" "JOB_STARTS[$1]"
  if wait "$pid"; then
    say "$name: done in ${took}s"
  else
    tail -n 60 "$LOGS/$name.log" >&2
    fail "\"$name\" failed; above is the end of its log, $LOGS/$name.log"
  fi
}

# The last thing a log says, short enough for a line.
progress() { tail -n 1 "$1" 2>/dev/null | tr '\r\t' '  ' | sed 's/^ *//' | cut -c 1-100; }

end_jobs() {
  local i
  for i in "${!JOBS[@]}"; do
    kill -- "-${JOB_PIDS[i]}" 2>/dev/null || true
  done
}
