#!/bin/sh
# Starts systemd as the first process of a container (systemd-nspawn) with the host's programs, in a mount namespace of
# its own: over the host's files lies a file system that can be written and is forgotten at the end, and there is no
# network. Runs $1/script.sh there with one unit; $1/console gets what it says.
set -e
folder=$1
. "$(dirname "$0")/unit.sh"
mount --make-rprivate /
# systemd wants the unified hierarchy. A host with the older ones keeps its controllers for itself.
if [ ! -f /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup 2>/dev/null || true
  mount -t cgroup2 none /sys/fs/cgroup
fi
mount -t tmpfs -o mode=755 tmpfs "$folder/layers"
cd "$folder/layers"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
cd root
clear_services
# Others may not look into the folder of private files.
mkdir -p var/lib/private
chmod 700 var/lib/private
write_unit /folder <<EOF
Type=oneshot
ExecStart=/bin/sh -c 'exec sh /folder/script.sh >/folder/console 2>&1'
EOF
exec systemd-nspawn --quiet --register=no --keep-unit --directory="$PWD" --link-journal=no \
  --private-network --capability=all --bind="$folder:/folder" --bind=/dev/net/tun --console=pipe --boot -- \
  --unit=script.service --show-status=no
