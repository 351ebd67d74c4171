#!/usr/bin/env bash
# wine_root.sh ROOT: makes a folder with Debian 13, wine 10 and a compiler for Windows, in which programs for Windows run. Debian 12's
# wine 8 cannot start V8. It takes root, Debian's packages, 2 GB and one to two minutes; if ROOT is complete, nothing is done.
set -euo pipefail
root=$1
[[ ! -e $root/w/complete ]] || exit 0

command -v debootstrap >/dev/null || {
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends debootstrap
}
rm -rf "$root"
mkdir -p "$root"
debootstrap --variant=minbase --include=ca-certificates trixie "$root" >/dev/null

# The machine's way to Debian's packages.
cp /etc/resolv.conf "$root/etc/resolv.conf"
for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*proxy*; do
  [[ ! -e $file ]] || cp "$file" "$root/etc/apt/apt.conf.d/"
done
printf '#!/bin/sh\nexit 101\n' | install -m 755 /dev/stdin "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
trap 'umount "$root/proc" "$root/dev"' EXIT
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -ec '
  apt-get -qq update
  apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends wine wine64 gcc-mingw-w64-x86-64-win32' >/dev/null

# Wine asks for its host by name at each start, and would wait for a name server that the lab does not have.
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$(hostname)" >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
# Its server still registers services when wineboot has ended, and ends by itself when all is written.
chroot "$root" env -i HOME=/root PATH=/usr/bin:/bin WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp \
  timeout 200 sh -c 'wineboot -i >/dev/null 2>&1; wineserver -w; true'
grep -qi nsiproxy "$root/root/.wine/system.reg" || {
  echo "Wine's folder for programs is not complete: $root/root/.wine" >&2
  exit 1
}
mkdir -p "$root/w"
touch "$root/w/complete"
