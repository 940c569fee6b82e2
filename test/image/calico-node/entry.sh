#!/bin/sh
# Stands in for the start of calico/node 2.x: writes BIRD's configuration from the environment, then runs it.
#
#   NODE_NAME, NODE_IP   this node
#   PEERS                addresses of all nodes, with commas: the full mesh
#   ROUTES               n1=10.244.0.0/26,...: the addresses of each node's pods
#   GR_TIME              graceful restart time in seconds that is announced to the peers
#   START_DELAY          seconds before BIRD is started
#   TERM_MODE            kill: when the pod is ended, BIRD vanishes as calico/node's does; stop: it says goodbye
set -eu

socket=/var/run/calico/bird.ctl
config=/etc/bird/bird.conf

own_routes() {
  echo "$ROUTES" | tr , '\n' | sed -n "s/^$NODE_NAME=//p"
}

# Of each two nodes one connects, as in Calico since projectcalico/node#79. Where both do, the second connection
# can come when the session is up, and BIRD takes it for a second restart: it drops the routes that it has kept.
peers() {
  for address in $(echo "$PEERS" | tr , ' '); do
    if [ "$address" != "$NODE_IP" ]; then
      passive=$(expr "$address" \> "$NODE_IP" > /dev/null && echo 'passive on;' || true)
      echo "protocol bgp Mesh_$(echo "$address" | tr . _) from bgp_template { neighbor $address as 64512; $passive }"
    fi
  done
}

configuration() {
  cat << END
router id $NODE_IP;
log stderr all;
protocol device { scan time 2; }
protocol direct { interface "-cni*", "eth*"; }
protocol static local_block { route $(own_routes) blackhole; }
protocol kernel {
  learn; persist; scan time 2; import all; graceful restart;
  export filter { if source = RTS_BGP then accept; reject; };
}
template bgp bgp_template {
  local as 64512; multihop; gateway recursive; next hop self; source address $NODE_IP;
  import all; export filter { if proto = "local_block" then accept; reject; };
  add paths on; graceful restart; graceful restart time ${GR_TIME:-120};
  connect delay time 2; connect retry time 5; error wait time 5, 30;
}
END
  peers
}

mkdir -p "${config%/*}" "${socket%/*}"
configuration > "$config"
sleep "${START_DELAY:-0}"
if [ "${TERM_MODE:-kill}" = stop ]; then
  exec bird -R -f -s "$socket" -c "$config"
fi
# In calico/node, runsvdir is the first process: it ends at once, and the kernel kills BIRD, which sends no message. So
# its peers begin a graceful restart.
trap 'exit 0' TERM INT
bird -R -f -s "$socket" -c "$config" &
wait $!
