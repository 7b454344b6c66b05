#!/bin/bash
# Two hosts on one machine: network namespaces that a link joins. As root.
#   two-hosts.sh up [RATE]        makes them, with a link of e.g. 1gbit
#   two-hosts.sh mpirun ...       Open MPI's mpirun on the first, with a process on each
#   two-hosts.sh down             takes them away with all that runs there
set -eu
self=$(realpath "$0")
name=${SVCO_HOSTS:-svco}
addresses=(10.99.8.1 10.99.8.2)

on() { # HOST COMMAND...
  local host=$1
  shift
  exec ip netns exec "$name$host" unshare --uts sh -c "hostname $name$host; exec \"\$@\"" sh "$@"
}

case $1 in
  up)
    for host in 0 1; do
      ip netns add "$name$host"
      ip -n "$name$host" link set lo up
    done
    ip link add "$name-link0" netns "${name}0" type veth peer name "$name-link1" netns "${name}1"
    for host in 0 1; do
      ip -n "$name$host" addr add "${addresses[$host]}/24" dev "$name-link$host"
      ip -n "$name$host" link set "$name-link$host" up
      if [ $# -gt 1 ]; then
        ip netns exec "$name$host" tc qdisc add dev "$name-link$host" root tbf rate "$2" burst 256kb latency 50ms
      fi
    done
    ;;
  mpirun)
    shift
    network=10.99.8.0/24
    on 0 mpirun.openmpi --allow-run-as-root -H "${addresses[0]},${addresses[1]}" --bind-to none \
      --mca plm_rsh_agent "$self agent" --mca btl self,tcp --mca btl_tcp_if_include $network --mca oob_tcp_if_include $network "$@"
    ;;
  agent) # [OPTIONS] HOST COMMAND..., as mpirun calls ssh
    shift
    while [[ $1 == -* ]]; do shift; done
    for host in 0 1; do
      if [ "$1" = "${addresses[$host]}" ]; then
        shift
        on "$host" sh -c "$*"
      fi
    done
    ;;
  down)
    for host in 0 1; do
      ip netns pids "$name$host" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
      ip netns del "$name$host" 2>/dev/null || true
    done
    ;;
esac
