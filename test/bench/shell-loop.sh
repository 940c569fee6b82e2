#!/bin/sh
# The documented commands for each node, one after the other, as a person with a shell would repeat them.
set -eu
for node in "$@"; do
  kubectl cordon "$node"
  pods="-n kube-system get pods -l k8s-app=calico-node --field-selector spec.nodeName=$node"
  # shellcheck disable=SC2086
  kubectl -n kube-system delete "$(kubectl $pods -o name)"
  # shellcheck disable=SC2086
  until kubectl $pods -o 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}' | grep -q True; do
    sleep 0.1
  done
  kubectl uncordon "$node"
done
