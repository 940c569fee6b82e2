#!/bin/bash
# The first process of a node. It is in namespaces of its own, gives the node file systems and addresses of its own, and
# runs containerd and kubelet; when one of them ends, so does the node. What it needs comes in the environment:
# NODE_DIRECTORY, NODE_NAME, NODE_ADDRESS (with the prefix length), HOST_ADDRESS, POD_NETWORK, SERVICE_NETWORK,
# SERVICE_ADDRESS and API_SERVER (each address:port), KUBELET.
set -eu

# Its own /run, /var, /opt and /etc, at their usual paths: manifests that mount them work unchanged, and this machine
# sees nothing of it. NODE_DIRECTORY/etc already has the node's own files.
make_file_systems() {
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 tmpfs /run
  cd "$NODE_DIRECTORY"
  mkdir -p var/{lib,log,tmp,cache} opt etc etc.work
  ln -sfn /run var/run
  mount -t overlay -o "lowerdir=/etc,upperdir=$PWD/etc,workdir=$PWD/etc.work" etc /etc
  mount --bind var /var
  mount --bind opt /opt
  mount --make-rshared / # kubelet wants to pass mounts on
}

# Another process puts eth0 here. There is no default route: kubelet would look for a cloud, and wait for its answer.
join_network() {
  ip link set lo up
  until ip link show eth0 > /dev/null 2>&1; do sleep 0.02; done
  ip addr add "$NODE_ADDRESS" dev eth0
  ip link set eth0 up
  ip route add "$SERVICE_NETWORK" via "$HOST_ADDRESS"
  echo 1 > /proc/sys/net/ipv4/ip_forward
}

# Instead of kube-proxy: the service address of the API server, for host-network pods and for others. There are no other
# services. This machine has no route to pods, so they speak to it with their node's address.
serve_services() {
  local service=(-d "${SERVICE_ADDRESS%:*}" -p tcp --dport "${SERVICE_ADDRESS#*:}")
  iptables -t nat -A OUTPUT "${service[@]}" -j DNAT --to-destination "$API_SERVER"
  iptables -t nat -A PREROUTING "${service[@]}" -j DNAT --to-destination "$API_SERVER"
  iptables -A OUTPUT -d "$SERVICE_NETWORK" -j REJECT
  iptables -A FORWARD -d "$SERVICE_NETWORK" -j REJECT
  iptables -t nat -A POSTROUTING -s "$POD_NETWORK" -d "$HOST_ADDRESS" -j MASQUERADE
}

start_containerd() {
  containerd --config /etc/containerd/config.toml &
  until [ -S /run/containerd/containerd.sock ]; do
    kill -0 $!
    sleep 0.02
  done
}

start_kubelet() {
  "$KUBELET" --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.conf \
    --hostname-override="$NODE_NAME" --node-ip="${NODE_ADDRESS%/*}" --container-runtime=remote \
    --container-runtime-endpoint=unix:///run/containerd/containerd.sock &
}

hostname "$NODE_NAME"
make_file_systems
join_network
serve_services
start_containerd
start_kubelet
wait -n
