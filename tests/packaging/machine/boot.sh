#!/bin/sh
# Watches a boot while something is wrong, upgrades the package as dpkg would, and removes it. $FOLDER/cause has what the
# journal must say of it, if something must be said.
trap 'systemctl poweroff --force --force' EXIT
exec 2>&1
. "$FOLDER/findings.sh"
cause=$(cat "$FOLDER/cause")

# Waits for the end of the boot
has_booted() {
  state=$(timeout 90 systemctl is-system-running --wait)
  echo "the system is $state"
  [ "$state" = running ] || [ "$state" = degraded ]
}

is_not_starting() {
  state=$(systemctl is-system-running)
  echo "the system is $state"
  [ "$state" != starting ] && holds_up_nothing
}

client_is_active() {
  systemctl --quiet is-active teredo-client
}

names_the_cause() {
  [ "$cause" = "" ] || eventually warns 1970-01-01 "$cause"
}

has_no_interface() {
  ! ip link show dev teredo
}

check "the boot comes to its end" has_booted
check "the client is ready, whatever it waits for" eventually client_is_active
check "the journal names the cause" names_the_cause
measure
check "an upgrade ends soon, and well" soon /var/lib/dpkg/info/teredo.postinst configure 0.0.9
check "and nothing waits for the client" eventually is_not_starting
check "the client runs again" eventually client_is_active
timed dpkg --remove teredo >/dev/null
check "the package is removed" [ "$?" = 0 ]
check "the client has stopped, and its interface is gone" eventually has_no_interface
echo "done"
