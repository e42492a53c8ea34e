# shellcheck shell=sh disable=SC2154
# Makes an IPv6 router of this guest. Set before: outer_mac, inner_mac,
# address (with its length), digits (all 32 of it), prefix, mtu, gateway4,
# daemons, patience.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
place=/run/ipv6-vrouter
mkdir -p $place

# On a line of its own, whatever stands on the console.
say() {
    printf '\nIPV6-VROUTER %s\n' "$*" > /dev/console
}

fail() {
    say "failed: $*"
    exit 1
}

# patiently COMMAND...: whether it became true in time. What is waited for is
# looked for by reading: each process costs an emulated guest time in which it
# would become true.
patiently() {
    read -r now _ < /proc/uptime
    limit=$((${now%.*} + patience))
    until "$@" > /dev/null 2>&1; do
        read -r now _ < /proc/uptime
        [ "${now%.*}" -lt $limit ] || return 1
        sleep 0.3 2> /dev/null || sleep 1
    done
}

put() {
    echo "$2" > "/proc/sys/net/ipv6/conf/$1"
}

card() {
    for path in /sys/class/net/*; do
        read -r mac < "$path/address" || continue
        [ "$mac" != "$1" ] || echo "${path##*/}"
    done 2> /dev/null
}

found() {
    outer=$(card "$outer_mac") inner=$(card "$inner_mac")
    [ -n "$outer" ] && [ -n "$inner" ]
}

leased() {
    ip -4 addr show dev "$1" | grep -q 'inet '
}

# Past duplicate address detection (RFC 4862 section 5.4).
# /proc/net/if_inet6: address, index, prefix length, scope, flags, name;
# IFA_F_DADFAILED 0x08, IFA_F_TENTATIVE 0x40
usable() {
    while read -r found _ _ _ flags name; do
        [ "$found $name" != "$digits $inner" ] \
            || [ $((0x$flags & 0x48)) -ne 0 ] || return 0
    done < /proc/net/if_inet6
    return 1
}

upstream() {
    routed "$outer"
}

alive() {
    kill -0 "$(cat $place/pid)"
}

# Whoever comes up solicits, and a daemon that starts advertises at once. More
# of it would only keep the guests at work.
settings_of_radvd() {
    echo "interface $inner {
    AdvSendAdvert on;
    MinRtrAdvInterval 10;
    MaxRtrAdvInterval 30;
    AdvDefaultLifetime 300;
    AdvManagedFlag off;
    AdvOtherConfigFlag off;
    AdvLinkMTU $mtu;
    prefix $prefix { AdvOnLink on; AdvAutonomous on; };
};" > $place/radvd.conf
    echo "radvd --config $place/radvd.conf --pidfile $place/pid"
}

settings_of_dnsmasq() {
    echo "dnsmasq --conf-file=/dev/null --port=0 --enable-ra" \
        "--interface=$inner --bind-interfaces --pid-file=$place/pid" \
        "--dhcp-range=${prefix%/*},ra-only" \
        "--ra-param=$inner,mtu:$mtu,30,300"
}

patiently found \
    || fail "no cards with the MAC addresses $outer_mac and $inner_mac"
ip link set dev "$outer" up
ip link set dev "$inner" up

# Before forwarding: switching that on drops the default routes of all cards
# that will not heed advertisements any more. Heeding them on the inner card
# would make a host of the router there.
for path in /proc/sys/net/ipv6/conf/*; do
    put "${path##*/}/accept_ra" 2
done
# Whoever solicited before ipv6-router was there would ask again too late.
put "$outer/router_solicitation_max_interval" 1
put "$inner/accept_ra" 0
put "$inner/autoconf" 0
put all/forwarding 1
ip -6 addr flush dev "$inner" scope global
ip -6 addr add "$address" dev "$inner"

if [ -n "$gateway4" ]; then
    # Both cards get a default route of IPv4, but the floating IP belongs to
    # the inner one: answers must leave where questions came in.
    patiently leased "$inner" || fail "no lease of IPv4 on $inner"
    patiently leased "$outer" || fail "no lease of IPv4 on $outer"
    # Some DHCP clients give the card no route to its own subnet.
    ip -4 route replace default via "$gateway4" dev "$inner" onlink \
        || fail "no default route of IPv4 via $gateway4 dev $inner"
fi

for daemon in $daemons; do
    ! command -v "$daemon" > /dev/null || break
    daemon=
done
[ -n "$daemon" ] || fail "none of these is in the image: $daemons"
"settings_of_$daemon" > $place/start
sh $place/start || fail "$daemon does not start"

patiently usable || fail "$address is not usable on $inner"
patiently alive || fail "$daemon has ended"
patiently upstream || fail "no router advertisement came in by $outer"
say "ready: $address on $inner, advertised by $daemon"
