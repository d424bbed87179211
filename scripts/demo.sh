#!/usr/bin/env bash
# Shows wherry at work on folders, a socket and a bridge of its own, and takes all of it away again.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/install-runtime.sh curl=curl

home=$(mktemp -d /tmp/wherry-demo.XXXXXX)
wherry=$PWD/dist/wherry
export WHERRY_HOST=unix://$home/wherry.sock
daemon=

show() { printf '\n\033[1m$ %s\033[0m\n' "wherry $*"; "$wherry" "$@"; }
clean_up() {
  local code=$?
  if [ -n "$daemon" ]; then
    for id in $("$wherry" ps -aq 2>/dev/null); do "$wherry" rm -f "$id" >/dev/null 2>&1 || true; done
    kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null || true
  fi
  [ "$code" = 0 ] || tail -n 20 "$home/daemon.log" >&2
  rm -rf "$home"
  exit "$code"
}
trap clean_up EXIT

"$wherry" daemon -g "$home/data" --exec-root "$home/run" -p "$home/wherry.pid" -H "$WHERRY_HOST" --bip 10.213.17.1/24 \
  >"$home/daemon.log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
  grep -q 'Daemon has completed initialization' "$home/daemon.log" && break
  kill -0 "$daemon" || exit 1
  sleep 0.1
done

echo "An image from this machine's busybox, without any network:"
root=$home/rootfs
mkdir -p "$root"/{bin,etc,tmp,root,proc,sys,dev,var/www}
chmod 1777 "$root/tmp"
cp /bin/busybox "$root/bin/"
for applet in $(/bin/busybox --list | grep -v '^busybox$'); do ln -s busybox "$root/bin/$applet"; done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo '<h1>served from a container</h1>' >"$root/var/www/index.html"
tar -C "$root" -c . | "$wherry" import --change 'CMD ["sh"]' - busybox:demo
show images

show run --rm busybox:demo echo "hello from a container"

echo; echo "A web server in the background, its port published on this host:"
show run -d --name web -p 127.0.0.1:18080:80 busybox:demo httpd -f -v -p 80 -h /var/www
for _ in $(seq 50); do curl -sf http://127.0.0.1:18080/ >/dev/null && break; sleep 0.1; done
printf '\n\033[1m$ curl http://127.0.0.1:18080/\033[0m\n'
curl -sf http://127.0.0.1:18080/
show ps
show exec web ps
show logs web
show stop -t 1 web
show ps -a
show rm web
echo; echo "That was all: nothing of it is left."
