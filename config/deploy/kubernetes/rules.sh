#!/usr/bin/env bash
# The rules as a ConfigMap, each file under its path with `__` for `/`; the StatefulSet mounts them under their paths again.
# Running processes take a change over by themselves, within a minute or two of Kubernetes' own.
#
#   triage check --config config && triage test --config config
#   config/deploy/kubernetes/rules.sh config | kubectl apply --server-side -f -       (too large for apply on the client's side)
set -euo pipefail
cd "${1:?usage: rules.sh CONFIG_FOLDER}"
keys=()
while IFS= read -r path; do keys+=("--from-file=${path//\//__}=$path"); done < <(
  find rules.toml summary.toml feeds lexicon lists -type f ! -name '.*' | LC_ALL=C sort
)
kubectl create configmap triage-rules --dry-run=client --output=yaml "${keys[@]}"
