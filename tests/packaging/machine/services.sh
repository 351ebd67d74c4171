#!/bin/sh
# Installs the package beside it, runs its services for real, and removes it. Every line that begins with "ok" or
# "not ok" is a finding; "done" is the last.
trap 'systemctl poweroff --force --force' EXIT
exec 2>&1
export SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 NO_COLOR=1

# check NAME COMMAND...: whether a command does what it should.
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

# eventually COMMAND...: the same, within a quarter of a minute.
eventually() {
  for _ in $(seq 150); do
    "$@" && return
    sleep 0.1
  done
  return 1
}

property() {
  systemctl show --property "$2" --value "teredo-$1"
}

is() {
  [ "$(property "$1" "$2")" = "$3" ] || {
    echo "$2 is $(property "$1" "$2")"
    return 1
  }
}

leaves_nothing() {
  ! xargs -d '\n' ls -d </run/files 2>/dev/null | grep teredo &&
    ! find /etc/systemd /run/teredo* -name '*teredo*' 2>/dev/null | grep .
}

is_off() {
  ! systemctl --quiet is-enabled "teredo-$1" && ! systemctl --quiet is-active "teredo-$1"
}

# The capability as the kernel numbers it, the user, and the system calls.
is_confined() {
  status=/proc/$(property "$1" MainPID)/status
  grep -E '^(Uid|Cap|NoNewPrivs|Seccomp:)' "$status"
  for set in CapEff CapPrm CapBnd CapAmb; do
    grep -q "^$set:	$2\$" "$status" || return
  done
  ! grep -q '^Uid:	0' "$status" && grep -q '^NoNewPrivs:	1' "$status" && grep -q '^Seccomp:	2' "$status"
}

has_address() {
  ip -6 address show dev teredo scope global | grep -q ' 2001:0:cb00:7101:'
}

refuses_reload() {
  before=$(property server MainPID)
  ! systemctl reload teredo-server && [ "$(property server MainPID)" = "$before" ]
}

has_no_interface() {
  ! ip link show dev teredo && ! ip -n internet link show dev teredo
}

is_gone() {
  ! systemctl --quiet is-active "teredo-$1" && ! systemctl cat "teredo-$1"
}

# What udev does where it runs.
chmod 666 /dev/net/tun
ip link set lo up
ip netns add internet
ip link add eth0 type veth peer name eth0 netns internet
ip address add 203.0.113.9/24 dev eth0
ip link set eth0 up
ip -n internet link set lo up
ip -n internet link set eth0 up
for host in 1 2 4; do ip -n internet address add "203.0.113.$host/24" dev eth0; done
ip netns exec internet sysctl -qw net.ipv6.conf.all.forwarding=1

check "the package is installed" dpkg --install "$FOLDER/teredo.deb"
dpkg --listfiles teredo >/run/files
for role in server relay client; do check "the $role is neither enabled nor started" is_off "$role"; done
check "secrets in /etc/teredo are for the group teredo" \
  [ "$(stat -c '%a %U:%G' /etc/teredo)" = '2755 root:teredo' ]

echo 'primary: 203.0.113.1' >/etc/teredo/server.yaml
printf 'bind: 203.0.113.4\nport: 3545\n' >/etc/teredo/relay.yaml
echo 'server: 203.0.113.1' >/etc/teredo/client.yaml
for role in server relay client; do
  # Addresses of documentation are this machine's network.
  echo 'allow-private: true' >>"/etc/teredo/$role.yaml"
  mkdir -p "/run/systemd/system/teredo-$role.service.d"
  printf '[Service]\nRestartSec=1\n' >"/run/systemd/system/teredo-$role.service.d/test.conf"
done
for role in server relay; do
  echo 'NetworkNamespacePath=/run/netns/internet' >>"/run/systemd/system/teredo-$role.service.d/test.conf"
done
systemctl daemon-reload

for role in server relay client; do
  check "the $role starts, and says when it is ready" systemctl enable --now "teredo-$role"
done
check "the server has the right to raw sockets, and no other" is_confined server 0000000000002000
check "the relay has the right to networks, and no other" is_confined relay 0000000000001000
check "the client has the right to networks, and no other" is_confined client 0000000000001000
check "the client is ready when it has its address" has_address
check "teredo status finds all three" teredo status
for role in server relay client; do check "the $role reloads" systemctl reload "teredo-$role"; done

echo 'alice: correct horse battery staple' >/run/secrets.yaml
install -m 640 -g teredo /run/secrets.yaml /etc/teredo/secrets.yaml
echo 'secrets: /etc/teredo/secrets.yaml' >>/etc/teredo/server.yaml
echo 'TEREDO_LOG_FORMAT=json' >/etc/default/teredo-server
check "the files in /etc/teredo are right" teredo check
check "the server reads secrets that are for its group" systemctl restart teredo-server
check "and variables" sh -c 'journalctl --output cat --unit teredo-server | grep -q "^{.*Serving on"'
rm /etc/default/teredo-server /etc/teredo/secrets.yaml
sed -i '$d' /etc/teredo/server.yaml

echo 'nonsense: true' >>/etc/teredo/server.yaml
check "a wrong file is refused, and the server runs on" refuses_reload
systemctl restart teredo-server
check "a server with a wrong file ends with 78" is server ExecMainStatus 78
check "and is not started again" is server ActiveState failed
sed -i '$d' /etc/teredo/server.yaml
check "with the right file it starts" systemctl start teredo-server
for role in server relay client; do
  before=$(property "$role" NRestarts)
  systemctl kill --signal KILL "teredo-$role"
  check "the $role that is killed is started again" eventually is "$role" NRestarts "$((before + 1))"
  check "and the $role is ready again" eventually is "$role" ActiveState active
done

systemctl stop teredo-relay
mkdir -p /etc/systemd/system/teredo-server.service.d
cp /usr/share/doc/teredo/examples/teredo-server-relay.conf /etc/systemd/system/teredo-server.service.d/relay.conf
systemctl daemon-reload
echo 'relay: true' >>/etc/teredo/server.yaml
check "a server with the drop-in is a relay too" systemctl restart teredo-server
check "and has its interface" ip -n internet link show dev teredo
rm -r /etc/systemd/system/teredo-server.service.d

check "the package is removed" dpkg --remove teredo
for role in server relay client; do check "the $role is gone" is_gone "$role"; done
check "no interface is left" has_no_interface
check "the package is purged" dpkg --purge teredo
check "no file is left" leaves_nothing
echo "done"
