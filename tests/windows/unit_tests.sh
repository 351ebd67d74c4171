#!/usr/bin/env bash
# unit_tests.sh ROOT [PATHS...]: runs the unit and simulation tests with Deno for Windows under wine, in the folder that wine_root.sh
# made. Tests of a real kernel, of processes and of packages are left out: those need Linux. npm has few versions of Deno for Windows,
# so it is the one next to ours.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$1
shift
paths=("$@")
((${#paths[@]} > 0)) || paths=(
  tests/cli tests/client tests/docs tests/ffi tests/io tests/memory tests/nodes tests/offload tests/portmap tests/protocol
  tests/relay tests/scenarios tests/server tests/sim tests/wire tests/layers_test.ts tests/reason_test.ts
)
version=2.7.7

if [[ ! -e $root/w/deno-$version.exe ]]; then
  download=$(mktemp -d)
  (cd "$download" && npm pack --silent "@deno/win32-x64@$version" >/dev/null && tar xf ./*.tgz)
  mv "$download/package/deno.exe" "$root/w/deno-$version.exe"
  rm -r "$download"
fi

# The sources as they are here, committed or not.
rm -rf "$root/w/src"
mkdir -p "$root/w/src"
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - 2>/dev/null |
  tar xf - -C "$root/w/src"

# Packages of npm come by the machine's own way to npm, which may have its own TLS root.
mapfile -t importers < <(git grep -l '"npm:' -- '*.ts')
DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-mozilla,system} DENO_DIR=$root/w/deno_dir \
  npx -y deno@2.7.11 cache --quiet --no-config --import-map tools/stand_ins/import_map.json "${importers[@]}"

variables=(
  HOME=/root PATH=/usr/bin:/bin WINEPREFIX=/root/.wine WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp NO_COLOR=1
  TEREDO_IMPORTS=offline 'DENO_DIR=Z:\w\deno_dir' DENO_NO_UPDATE_CHECK=1
)
# shellcheck disable=SC2016 # the inner shell expands it
exec chroot "$root" env -i "${variables[@]}" timeout -k 5 800 sh -c 'cd /w/src && exec wine "$@"' sh \
  "/w/deno-$version.exe" run -A --no-config tools/launch.ts test -A --no-check "${paths[@]}"
