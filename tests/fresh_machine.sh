#!/usr/bin/env bash
# Proves ./linli on a machine that has nothing: a bare Debian made with debootstrap, without Python or PostgreSQL.
#
# usage: tests/fresh_machine.sh [VERB ...]        default: demo test; a quoted 'test tests/config' is one, too
#
# A clone of HEAD is run three times: by an ordinary user while packages are missing (must exit 2 and print the
# one line that installs them), by root, and by an ordinary user in a path with spaces. Prints the seconds.
# Needs root, debootstrap and git; works in its own mount and process namespaces, which end with it.
set -euo pipefail

suite=${SUITE:-bookworm}
certificates=/etc/ssl/host.crt # the host's, in a place that installing ca-certificates does not overwrite
checkout=$(cd -- "$(dirname -- "$0")/.." && pwd -P)

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

outside() {
  local tool
  [[ $EUID -eq 0 ]] || fail "run it as root"
  for tool in debootstrap git unshare; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install debootstrap git util-linux"
  done
  scratch=$(mktemp -d /var/tmp/linli-fresh.XXXXXX)
  trap 'rm -rf --one-file-system -- "$scratch"' EXIT
  unshare --mount --pid --fork --kill-child -- "$checkout/tests/fresh_machine.sh" --inside "$scratch" "$@"
}

inside() {
  scratch=$1
  root=$scratch/debian
  shift
  bare_debian
  say "as an ordinary user, packages missing"
  refused
  say "as root"
  clone_to /srv/linli
  rounds root /srv/linli "$@"
  if [[ -x $root/usr/bin/pg_lsclusters && -n $(in_debian root / pg_lsclusters --no-header) ]]; then
    fail "apt made a system cluster"
  fi
  say "as an ordinary user, in a path with spaces"
  clone_to "/home/lin/my work/linli"
  rounds lin "/home/lin/my work/linli" "$@"
  say "seconds ($suite, $(nproc) cores)"
  cat "$scratch/table"
}

# The host's way to the package registries comes along: mirror, proxy, certificates, pip's settings.
bare_debian() {
  local mirror file
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $suite" | head -n 1)
  say "debootstrap $suite"
  debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$scratch/debootstrap.log" 2>&1 ||
    { tail -n 20 "$scratch/debootstrap.log"; fail "debootstrap"; }
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root$certificates"
  for file in /etc/hosts /etc/pip.conf $(grep -ls '^Acquire' /etc/apt/apt.conf.d/*); do
    [[ ! -e $file ]] || install -D -m 644 "$file" "$root$file"
  done
  chroot "$root" useradd --create-home lin
}

# in_debian USER FOLDER COMMAND...: with a login's environment, plus what leads to the registries.
in_debian() {
  local user=$1 folder=$2 passed=("PIP_CERT=$certificates" "SSL_CERT_FILE=$certificates") name
  shift 2
  for name in {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY PIP_{INDEX_URL,DEFAULT_TIMEOUT} UV_{INDEX_URL,DEFAULT_INDEX}; do
    [[ -z ${!name:-} ]] || passed+=("$name=${!name}")
  done
  passed+=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  [[ $user == root ]] && passed+=(HOME=/root) || passed+=("HOME=/home/$user")
  chroot --userspec="$user:$user" "$root" env -i "${passed[@]}" \
    sh -c 'cd -- "$1" && shift && exec "$@"' sh "$folder" "$@"
}

clone_to() {
  git clone --quiet --no-hardlinks "$checkout" "$root$1"
  [[ $1 != /home/lin/* ]] || chroot "$root" chown -R lin:lin /home/lin
}

refused() {
  local code=0
  clone_to /home/lin/linli
  in_debian lin /home/lin/linli ./linli doctor >"$scratch/refused" 2>"$scratch/refused.err" || code=$?
  cat "$scratch/refused.err" "$scratch/refused"
  [[ $code -eq 2 ]] || fail "expected exit code 2, got $code"
  [[ $(wc -l <"$scratch/refused") -eq 1 ]] || fail "expected one line to run"
  grep -q "apt-get .*install.* postgresql-postgis python3-venv'$" "$scratch/refused" || fail "not the line to run"
}

# rounds USER FOLDER VERB...: each verb once, then what a start costs when all is in place.
rounds() {
  local user=$1 folder=$2 verb words
  shift 2
  for verb in "$@"; do
    case $verb in
      demo) timed "$user" "$folder" demo --json out.json ;;
      *)
        read -ra words <<<"$verb"
        timed "$user" "$folder" "${words[@]}"
        ;;
    esac
  done
  if [[ " $* " == *" demo "* && ! -s $root$folder/out.json ]]; then fail "no out.json"; fi
  timed "$user" "$folder" --help
  timed "$user" "$folder" down
}

timed() {
  local user=$1 folder=$2 began code=0
  shift 2
  began=$(date +%s%N)
  in_debian "$user" "$folder" ./linli "$@" >"$scratch/out" 2>&1 || code=$?
  printf '%-6s ./linli %-24s %8.1f s   exit %d\n' "$user" "$*" "$((($(date +%s%N) - began) / 100000000))e-1" "$code" |
    tee -a "$scratch/table"
  if [[ $code -ne 0 ]]; then
    tail -n 40 "$scratch/out"
    fail "./linli $* as $user"
  fi
  tail -n 2 "$scratch/out" | sed 's/^/         /'
}

if [[ ${1:-} == --inside ]]; then
  inside "${@:2}"
else
  [[ $# -gt 0 ]] || set -- demo test
  outside "$@"
fi
