#!/usr/bin/env bash
# Installs the Debian packages that containers need and are missing: a runtime, its monitor, the firewall, busybox.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null 2>&1 || [ -e "/usr/sbin/$1" ] || missing+=("$2"); }
need crun crun
need runc runc
need conmon conmon
need nft nftables
need iptables iptables
[ -x /bin/busybox ] || missing+=(busybox-static)
for extra in "$@"; do need "${extra%%=*}" "${extra#*=}"; done

if [ "${#missing[@]}" -gt 0 ]; then
  echo "installing: ${missing[*]}" >&2
  [ "$(id -u)" = 0 ] || { echo "this needs root" >&2; exit 1; }
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}" >/dev/null
fi

# crun refuses control groups of version 1 when a controller is left on version 2 ("hybrid"): mount the one left over.
left=/sys/fs/cgroup/unified/cgroup.controllers
if [ -e "$left" ]; then
  for controller in $(cat "$left"); do
    folder=/sys/fs/cgroup/$controller
    mountpoint -q "$folder" && continue
    mkdir -p "$folder"
    mount -t cgroup -o "$controller" "$controller" "$folder"
    echo "mounted the control group hierarchy $controller, which this host had left on version 2" >&2
  done
fi
