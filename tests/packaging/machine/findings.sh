#!/bin/sh
# For scripts in the virtual machine. Each line that begins with "ok" or "not ok" is a finding; "done" is the last.
export SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 NO_COLOR=1

# check NAME COMMAND...: whether a command does what it should
check() {
  name=$1
  shift
  if output=$("$@" 2>&1); then
    echo "ok $name"
  else
    echo "not ok $name"
    echo "$output" | tail -n 20
    journalctl --no-pager --output cat --unit 'teredo-*' --lines 10
  fi
}

# eventually COMMAND...: whether a command succeeds within a quarter of a minute
eventually() {
  for _ in $(seq 150); do
    "$@" && return
    sleep 0.1
  done
  return 1
}

# timed COMMAND...: runs a command and puts its seconds into $took
timed() {
  began=$(date +%s)
  "$@"
  status=$?
  took=$(($(date +%s) - began))
  return "$status"
}

# Measures how long a first installation takes, which has no service to restart, and is slow enough in this machine
measure() {
  timed /var/lib/dpkg/info/teredo.postinst configure
  usual=$took
}

# soon COMMAND...: whether a command succeeds, and takes at most 5 s longer than that
soon() {
  timed "$@" || return
  echo "took $took s, and $usual s without services"
  [ "$took" -le $((usual + 5)) ]
}

# The same, whatever the command returns
soon_or_fails() {
  soon "$@" || [ "$took" -le $((usual + 5)) ]
}

holds_up_nothing() {
  ! systemctl --no-legend list-jobs | grep 'teredo-.* start'
}

# warns SINCE CAUSE: whether the client's log has a warning that names the cause
warns() {
  journalctl --quiet --priority warning --unit teredo-client --since "$1" --output cat | grep "$2"
}
