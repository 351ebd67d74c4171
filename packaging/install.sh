#!/bin/sh
# Installs teredo from a release: see --help below.
#
# Nothing is installed unless the archive's SHA-256 sum is the one in SHA256SUMS. That detects broken downloads. To make
# sure that a release comes from its repository, check its attestation:
#
#     gh attestation verify ARCHIVE --repo OWNER/NAME
set -eu
# Everybody may use what it installs, whatever the umask is.
umask 022

# The release fills these in; a copy from the repository needs --from and --version.
releases='@RELEASES@'
version='@VERSION@'

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

usage() {
  fail "$1. Usage: sh install.sh [--prefix DIR] [--sudo] [--from URL] [--version VERSION] [--uninstall]"
}

help() {
  cat <<'END'
Installs teredo from a release: the executable, its manual pages, completions
for bash, zsh and fish, and on Linux the units for systemd.

Usage: sh install.sh [OPTIONS]

Options:
  --prefix DIR       Install below DIR (default: /usr/local for root, otherwise
                     ~/.local)
  --sudo             Install into /usr/local; only copying runs under sudo
  --from URL         Download from URL, which has the archives and SHA256SUMS
  --version VERSION  Install this version (default: that of this script)
  --uninstall        Remove what it installed; takes --prefix and --sudo too
  --help             Print this help
END
}

prefix='' root='' from='' action=install
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --from | --version)
      [ $# -gt 1 ] || usage "$1 needs a value"
      case $1 in
        --prefix) prefix=$2 ;;
        --from) from=$2 ;;
        --version) version=$2 ;;
      esac
      shift
      ;;
    --sudo) root=sudo ;;
    -h | --help)
      help
      exit 0
      ;;
    --uninstall) action=uninstall ;;
    *) usage "Unknown argument $1" ;;
  esac
  shift
done

if [ -z "$prefix" ]; then
  if [ -n "$root" ] || [ "$(id -u)" = 0 ]; then
    prefix=/usr/local
  else
    prefix=${HOME:?is not set; say --prefix DIR}/.local
  fi
fi

case $prefix in
  /*) ;;
  *) prefix=$PWD/$prefix ;;
esac
[ -z "$root" ] || command -v "$root" >/dev/null || fail "There is no $root here: run this as root"

# The installed files, relative to the prefix, one per line; then the folders that were made for them, each with a slash
# at its end, inner ones first.
list=$prefix/share/teredo/installed

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
: >"$work/folders"

if [ "$action" = uninstall ]; then
  [ -f "$list" ] || fail "Nothing to remove: there is no $list"
  while IFS= read -r file; do
    case $file in
      /* | *..*) fail "$list is not what install.sh wrote: it names $file" ;;
    esac
    case $file in
      */) echo "$file" >>"$work/folders" ;;
      *) $root rm -f "$prefix/$file" ;;
    esac
  done <"$list"
  $root rm -f "$list"
  while IFS= read -r folder; do
    # It stays if somebody else uses it too.
    [ "$folder" = ./ ] && folder=''
    $root rmdir "$prefix/$folder" 2>/dev/null || true
  done <"$work/folders"
  echo "Removed teredo from $prefix"
  exit 0
fi

version=${version#v}
case $version in
  @*) fail 'This copy is not from a release: say --from URL and --version VERSION' ;;
  '' | *[!0-9A-Za-z.-]*) usage "--version needs a version, not \"$version\"" ;;
esac
if [ -z "$from" ]; then
  case $releases in
    @*) fail 'This copy is not from a release: say --from URL, where archives and SHA256SUMS lie' ;;
  esac
  from=$releases/download/v$version
fi

system=$(uname -s | tr '[:upper:]' '[:lower:]')
machine=$(uname -m)
case $machine in
  x86_64 | amd64) machine=x64 ;;
  aarch64) machine=arm64 ;;
esac
case $system-$machine in
  mingw* | msys* | cygwin*) fail "On Windows unpack teredo-$version-windows-x64.zip of the release" ;;
  linux-x64 | linux-arm64 | darwin-x64 | darwin-arm64) ;;
  *) fail "There is no executable for $system on $machine: run it from the sources with Deno" ;;
esac
if [ "$system" = linux ]; then
  # "ldd (Debian GLIBC 2.36-9+deb12u13) 2.36"
  libc=$( (ldd --version 2>&1 || true) | head -n 1)
  case $libc in
    *musl*) fail 'The executable needs glibc, and this system has musl: run it from the sources with Deno' ;;
  esac
  minor=${libc##* 2.}
  case $minor in
    '' | *[!0-9]*) ;;
    *) [ "$minor" -ge 27 ] || fail "The executable needs glibc 2.27 or newer, and this system has 2.$minor" ;;
  esac
fi

if command -v curl >/dev/null; then
  download() { curl --fail --location --silent --show-error --output "$2" "$1"; }
elif command -v wget >/dev/null; then
  download() { wget -q -O "$2" "$1"; }
else
  fail 'Downloading needs curl or wget: install one of them'
fi
if command -v sha256sum >/dev/null; then
  sum_of() { sha256sum "$1" | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null; then
  sum_of() { shasum -a 256 "$1" | cut -d ' ' -f 1; }
else
  fail 'Checking the download needs sha256sum or shasum: install one of them'
fi

name=teredo-$version-$system-$machine
for file in "$name.tar.gz" SHA256SUMS; do
  download "$from/$file" "$work/$file" || fail "Cannot download $from/$file"
done
expected=$(awk -v file="$name.tar.gz" '$2 == file || $2 == "*" file { print $1 }' "$work/SHA256SUMS")
[ -n "$expected" ] || fail "SHA256SUMS says nothing of $name.tar.gz: nothing is installed"
actual=$(sum_of "$work/$name.tar.gz")
[ "$actual" = "$expected" ] ||
  fail "The sum of $name.tar.gz is $actual and should be $expected: nothing is installed"

tar -xzf "$work/$name.tar.gz" -C "$work"
cd "$work/$name"
find . -type f | sed 's|^\./||' >"$work/files"
: >"$work/before"
[ ! -f "$list" ] || cp "$list" "$work/before"
# Every folder that the files need and that is not there, and those that were made for an earlier version.
{
  grep '/$' "$work/before" || true
  [ -d "$prefix" ] || echo ./
  { cat "$work/files" && echo "${list#"$prefix"/}"; } | while IFS= read -r file; do
    folder=$file
    while case $folder in */*) true ;; *) false ;; esac do
      folder=${folder%/*}
      [ -d "$prefix/$folder" ] || echo "$folder/"
    done
  done
} | LC_ALL=C sort -ru | cat "$work/files" - >"$work/installed"
# The units run the program where it is installed.
program=$prefix/bin/teredo
case $program in *[!A-Za-z0-9_./@+-]*) program="\"$program\"" ;; esac
program=$(printf %s "$program" | sed -e 's/%/%%/g' -e 's/[\\&|]/\\&/g')
for unit in lib/systemd/system/*.service; do
  [ ! -f "$unit" ] || sed -i.orig "s|/usr/bin/teredo|$program|g" "$unit"
  rm -f "$unit.orig"
done
$root mkdir -p "${list%/*}" || fail "Cannot write to $prefix: say --sudo, or another --prefix"
# This comes first, so that an interrupted installation can be removed.
$root cp "$work/installed" "$list" || fail "Cannot write to $prefix: say --sudo, or another --prefix"
$root chmod 644 "$list"
while IFS= read -r file; do
  mode=644
  case $file in bin/*) mode=755 ;; esac
  $root mkdir -p "$prefix/${file%/*}"
  # Replaced in one step, so a running program keeps its own copy.
  $root cp "$file" "$prefix/$file.new"
  $root chmod "$mode" "$prefix/$file.new"
  $root mv -f "$prefix/$file.new" "$prefix/$file"
done <"$work/files"
# Files of an earlier version that this one lacks.
while IFS= read -r file; do
  case $file in /* | *..* | */) continue ;; esac
  grep -qxF -- "$file" "$work/installed" || $root rm -f "$prefix/$file"
done <"$work/before"

echo "Installed $("$prefix/bin/teredo" --version) as $prefix/bin/teredo"
case :$PATH: in
  *":$prefix/bin:"*) ;;
  *) echo "$prefix/bin is not in PATH yet: add it" ;;
esac
case $system-$prefix in
  linux-/home/* | linux-/root/*) ;;
  linux-*) [ ! -d /run/systemd/system ] || echo "To run it as a service: sudo $prefix/bin/teredo service install client" ;;
esac
