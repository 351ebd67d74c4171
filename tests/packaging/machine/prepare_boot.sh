#!/bin/sh
# Before the virtual machine boots: installs the package, and makes the client start at each boot, with the trouble that
# $FOLDER/trouble names.
dpkg --install "$FOLDER/teredo.deb" >/dev/null
mkdir -p /etc/systemd/system/multi-user.target.wants /etc/teredo
ln -s /lib/systemd/system/teredo-client.service /etc/systemd/system/multi-user.target.wants/
printf 'server: 203.0.113.77\nallow-private: true\n' >/etc/teredo/client.yaml
rm -f /etc/resolv.conf
echo 'nameserver 203.0.113.77' >/etc/resolv.conf

network='ip link set lo up
ip link add eth0 type veth peer name far0
ip link set far0 up
ip address add 203.0.113.9/24 dev eth0
ip link set eth0 up
ip route add default via 203.0.113.1'
case $(cat "$FOLDER/trouble") in
"silent server") ;;
"silent name server") sed -i 's/^server: .*/server: no-such-host.invalid/' /etc/teredo/client.yaml ;;
"no network") network='ip link set lo up' ;;
"IPv6 switched off") network="sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
$network" ;;
"native IPv6") network="$network
ip address add 2a00:1::9/64 dev eth0 nodad
ip route add default via 2a00:1::1 dev eth0" ;;
esac
echo "$network" >/etc/network.sh
cat >/etc/systemd/system/network.service <<END
[Unit]
DefaultDependencies=no
Before=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-/bin/sh /etc/network.sh
ExecStart=/bin/chmod 666 /dev/net/tun
END
ln -s ../network.service /etc/systemd/system/multi-user.target.wants
