#!/bin/sh
# Succeeds when BIRD runs and all its BGP sessions are established.
set -eu
protocols=$(birdc -s /var/run/calico/bird.ctl show protocols)
echo "$protocols"
! echo "$protocols" | awk '$2 == "BGP"' | grep -qv 'Established *$'
