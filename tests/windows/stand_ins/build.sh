#!/usr/bin/env bash
# build.sh ROOT: builds the stand-ins wintun.dll and iphlpapi.dll into ROOT/w, where ROOT is a system with wine 10 and mingw
# (see ../wine_root.sh). They work if they lie beside the .exe and WINEDLLOVERRIDES is iphlpapi=n,b.
set -euo pipefail
root=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$root/w/stand_ins"
cp "$here"/*.[ch] "$root/w/stand_ins/"
chroot "$root" bash -eu <<'SCRIPT'
cd /w/stand_ins
compile="x86_64-w64-mingw32-gcc -O2 -Wall -Wextra -shared"
$compile -o ../wintun.dll wintun.c
# What iphlpapi.c does not have is forwarded to a copy of the DLL of wine.
wine=/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/iphlpapi.dll
cp "$wine" ../iphlpapi_wine.dll
grep -oE "^EXPORT [A-Za-z]+ WINAPI [A-Za-z0-9]+" iphlpapi.c | sed "s/.* //" | sort -u >own
x86_64-w64-mingw32-objdump -p "$wine" | sed -n "/Ordinal\/Name Pointer/,/^\$/p" |
  sed -nE "s/^.*[[:space:]]([A-Za-z_][A-Za-z0-9_]*)\$/\1/p" | sort -u | comm -23 - own >others
{
  echo "LIBRARY iphlpapi.dll"
  echo EXPORTS
  sed "s/^/  /" own
  sed "s/.*/  & = iphlpapi_wine.&/" others
} >iphlpapi.def
$compile -o ../iphlpapi.dll iphlpapi.c iphlpapi.def
SCRIPT
