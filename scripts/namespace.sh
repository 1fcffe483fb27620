#!/bin/sh
# namespace.sh IP NAME OUTSIDE INSIDE: makes a network namespace with the address INSIDE, from which this machine
# has the address OUTSIDE and nothing else can be reached. IP is the program of iproute2. Says `ready`, and
# then does what each line of its input says, `lose` or `mend`. Removes everything when its input ends: so
# it does when its caller is killed as well.
set -eu
ip=$1 name=$2 outside=$3 inside=$4

remove() {
  "$ip" link delete "$name" 2>/dev/null || true
  "$ip" netns delete "$name" 2>/dev/null || true
}

# Sends everything to a hardware address that nobody has, so the other end drops it. Nobody is told, and links,
# routes and addresses, which browsers watch, stay as they are.
lose() {
  "$ip" neighbour replace "$inside" lladdr 02:00:00:00:00:00 nud permanent dev "$name"
  "$ip" -n "$name" neighbour replace "$outside" lladdr 02:00:00:00:00:00 nud permanent dev inside
}

mend() {
  "$ip" neighbour delete "$inside" dev "$name"
  "$ip" -n "$name" neighbour delete "$outside" dev inside
}

"$ip" netns add "$name"
trap remove EXIT
trap 'exit 1' HUP INT PIPE TERM
"$ip" link add "$name" type veth peer name inside netns "$name"
"$ip" address add "$outside/30" dev "$name"
"$ip" link set "$name" up
"$ip" -n "$name" address add "$inside/30" dev inside
"$ip" -n "$name" link set inside up
"$ip" -n "$name" link set lo up
echo ready

while read -r command; do
  "$command"
  echo "$command"
done
