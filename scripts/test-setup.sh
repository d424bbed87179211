#!/usr/bin/env bash
# Installs what the tests need and is missing: all that containers need, a registry, and tools to look at the host with.
# The unmodified docker command line comes from $DOCKER_CLI, Debian's newest (scripts/oracle/install), or what is on the path.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/install-runtime.sh docker-registry=docker-registry skopeo=skopeo ip=iproute2 jq=jq curl=curl pgrep=procps \
  openssl=openssl tini=tini tar=tar gzip=gzip zstd=zstd xz=xz-utils bzip2=bzip2 setfattr=attr python3=python3 setcap=libcap2-bin

if [ -z "${DOCKER_CLI:-}" ] && [ ! -x "${ORACLE:-/opt/oracle}/bin/docker" ]; then
  bash scripts/oracle/install || command -v docker >/dev/null ||
    { echo "no docker command line: neither Debian's newest nor one on the path" >&2; exit 1; }
fi
