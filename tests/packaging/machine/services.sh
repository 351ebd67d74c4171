#!/bin/sh
# Installs the package from its folder, runs its services for real, and removes it. Each line that begins with "ok" or
# "not ok" is a finding; "done" is the last.
trap 'systemctl poweroff --force --force' EXIT
exec 2>&1
export SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 NO_COLOR=1

. "$FOLDER/findings.sh"

property() {
  systemctl show --property "$2" --value "teredo-$1"
}

is() {
  [ "$(property "$1" "$2")" = "$3" ] || {
    echo "$2 is $(property "$1" "$2")"
    return 1
  }
}

# As a user that is a member of the group, or of no group
as_member() { setpriv --reuid 1234 --regid 1234 --groups "$(getent group teredo | cut -d : -f 3)" "$@"; }
as_stranger() { setpriv --reuid 1234 --regid 1234 --clear-groups "$@"; }

names_the_group() {
  ! as_stranger teredo status client && as_stranger teredo status client 2>&1 | grep 'usermod -aG teredo'
}

names_the_other_service() {
  journalctl --quiet --priority err --unit teredo-server --output cat | grep 'enable --now teredo-server-relay'
}

has_no_second_time() {
  journalctl --output cat --unit teredo-server | grep 'Serving on' | grep -v '^20' &&
    ! journalctl --output cat --unit teredo-server | grep '^20..-'
}

# trouble NAME CAUSE: starts the client while something is wrong, and upgrades the package as dpkg would. The journal
# names the cause
trouble() {
  systemctl stop teredo-client
  measure
  since=$(date '+%F %T')
  check "$1: the client's start holds up nothing" soon_or_fails systemctl start teredo-client
  check "$1: systemd waits for no client" eventually holds_up_nothing
  check "$1: the journal names the cause" eventually warns "$since" "$2"
  measure
  check "$1: an upgrade ends soon, and well" soon /var/lib/dpkg/info/teredo.postinst configure 0.0.9
  check "$1: the client that it starts again holds up nothing" eventually holds_up_nothing
}

leaves_nothing() {
  ! xargs -d '\n' ls -d </run/files 2>/dev/null | grep teredo &&
    ! find /etc/systemd /run/teredo* -name '*teredo*' 2>/dev/null | grep .
}

leaves_configuration() {
  [ -f /etc/teredo/client.yaml ] && ! find /etc -name '*teredo*' ! -path '/etc/teredo*' | grep .
}

is_off() {
  ! systemctl --quiet is-enabled "teredo-$1" && ! systemctl --quiet is-active "teredo-$1"
}

# The capability as the kernel numbers it, the user, and the system calls, of each thread; and how many files it may
# have open.
is_confined() {
  process=/proc/$(property "$1" MainPID)
  for status in "$process"/task/*/status; do
    grep -E '^(Uid|Cap|NoNewPrivs|Seccomp:)' "$status"
    for set in CapEff CapPrm CapBnd CapAmb; do
      grep -q "^$set:	$2\$" "$status" || return
    done
    ! grep -q '^Uid:	0' "$status" && grep -q '^NoNewPrivs:	1' "$status" && grep -q '^Seccomp:	2' "$status" ||
      return
  done
  grep '^Max open files  *512  *512 ' "$process/limits"
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
# The relay needs native IPv6.
ip -n internet address add 2a00:1::1/64 dev eth0 nodad
ip -n internet route add default via 2a00:1::2 dev eth0

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
  printf '[Service]\nRestartSec=3\n' >"/run/systemd/system/teredo-$role.service.d/test.conf"
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
check "the client gets its address" eventually has_address
check "teredo status finds all three" teredo status
check "a member of the group teredo may ask, without being root" as_member teredo status
check "anybody else hears how to join the group" names_the_group
for role in server relay client; do check "the $role reloads" systemctl reload "teredo-$role"; done

echo 'alice: correct horse battery staple' >/run/secrets.yaml
install -m 640 -g teredo /run/secrets.yaml /etc/teredo/secrets.yaml
echo 'secrets: /etc/teredo/secrets.yaml' >>/etc/teredo/server.yaml
echo 'TEREDO_LOG_FORMAT=json' >/etc/default/teredo-server
check "the client's file is right" teredo check --role client
for role in server relay; do
  check "the $role's file is right where its addresses are" ip netns exec internet teredo check --role "$role"
done
check "but not where they are not" sh -c "teredo check --role server 2>&1 | grep \"not an address of this host\""
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

check "the journal's priorities are those of the messages" warns 1970-01-01 .
check "and no line has a second time" has_no_second_time

echo 'relay: true' >>/etc/teredo/server.yaml
systemctl restart teredo-server
check "a server that should relay too, but has no right to, ends with 77" is server ExecMainStatus 77
check "and says which service has it" names_the_other_service
sed -i '$d' /etc/teredo/server.yaml
systemctl reset-failed teredo-server

systemctl stop teredo-relay
mkdir "/run/systemd/system/teredo-server-relay.service.d"
cp /run/systemd/system/teredo-server.service.d/test.conf /run/systemd/system/teredo-server-relay.service.d
systemctl daemon-reload
check "a server that is a relay too takes the server's place" systemctl start teredo-server-relay
check "the server has stopped" eventually is server ActiveState inactive
check "and there is its interface" ip -n internet link show dev teredo
check "it has the rights to raw sockets and networks, and no other" is_confined server-relay 0000000000003000

echo 'server: 203.0.113.77' >/etc/teredo/client.yaml
echo 'allow-private: true' >>/etc/teredo/client.yaml
trouble "a silent server" "203.0.113.77 does not answer"
sed -i 's/^server: .*/server: no-such-host.invalid/' /etc/teredo/client.yaml
echo 'nameserver 203.0.113.77' >/run/resolv.conf
rm -f /etc/resolv.conf
ln -s /run/resolv.conf /etc/resolv.conf
trouble "a silent name server" 'Cannot resolve "no-such-host.invalid"'
sed -i 's/^server: .*/server: 203.0.113.1/' /etc/teredo/client.yaml
ip link set eth0 down
trouble "no network" "This host cannot send"
ip link set eth0 up
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
check "where IPv6 is off, the client starts" systemctl restart teredo-client
check "and gets its address, because it has its own interface's switch" eventually has_address
sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
ip address add 2a00:1::9/64 dev eth0 nodad
ip route add default via 2a00:1::1 dev eth0
trouble "native IPv6" "native IPv6"
ip route del default via 2a00:1::1 dev eth0
ip address del 2a00:1::9/64 dev eth0
check "when all is well again the client gets its address" eventually has_address

mkdir -p /usr/local/bin
ln -f /usr/bin/teredo /usr/local/bin/teredo || cp /usr/bin/teredo /usr/local/bin/teredo
check "a service of the package's is not installed twice" \
  sh -c '! /usr/local/bin/teredo service install client 2>&1 && ! [ -e /etc/systemd/system/teredo-client.service ]'

check "the package is removed" dpkg --remove teredo
for role in server relay client server-relay; do check "the $role is gone" is_gone "$role"; done
check "no interface is left" has_no_interface
check "the package is purged, and says that the user and group stay" sh -c 'dpkg --purge teredo | grep "user and group teredo stay"'
check "no file is left" leaves_nothing

check "without root no service is installed" sh -c '! setpriv --reuid 1234 /usr/local/bin/teredo service install client'
check "teredo service install writes an example" /usr/local/bin/teredo service install client
check "in which nothing is set, so it starts nothing" is_off client
printf 'primary: 203.0.113.1\nallow-private: true\n' >/etc/teredo/server.yaml
check "a server is installed and started" /usr/local/bin/teredo service install server
printf 'server: 203.0.113.1\nallow-private: true\n' >/etc/teredo/client.yaml
check "with a configuration it starts the service" /usr/local/bin/teredo service install client
check "which is ready" is client ActiveState active
check "and starts at each boot" systemctl --quiet is-enabled teredo-client
check "gets its address" eventually has_address
check "members of the group may ask it" as_member /usr/local/bin/teredo status
printf 'bind: 203.0.113.4\nport: 3545\nallow-private: true\n' >/etc/teredo/relay.yaml
check "a relay is installed with forwarding" /usr/local/bin/teredo service install relay
check "which is on" [ "$(sysctl -n net.ipv6.conf.all.forwarding)" = 1 ]
for role in client relay server; do
  check "teredo service remove stops the $role" /usr/local/bin/teredo service remove "$role"
  check "the $role is gone again" is_gone "$role"
done
check "only the configuration is left" leaves_configuration
echo "done"
