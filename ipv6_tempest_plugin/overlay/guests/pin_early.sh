# shellcheck shell=sh
# Wait for a router before pinned() is called, as a guest that boots can: by
# reading, without starting a process for each look. $PINNED says afterwards
# that it was done.

# routed MAC: whether the card with that MAC address has a default route;
# /proc/net/ipv6_route: destination and length, source and length, next hop,
# metric, references, use, flags, name
routed() {
    for path in /sys/class/net/*; do
        read -r address < "$path/address" || continue
        [ "$address" != "$1" ] || card=${path##*/}
    done 2> /dev/null
    while read -r to length _ _ via _ _ _ _ name; do
        case $to/$length/$via/$name in
        00000000000000000000000000000000/00/fe80*/"$card") return 0 ;;
        esac
    done < /proc/net/ipv6_route
    return 1
}

# early MAC SECONDS: whether it was done in time
early() {
    read -r now _ < /proc/uptime
    limit=$((${now%.*} + $2))
    routed "$1"
    # Whoever solicits before there is a router would ask again ever later
    # (RFC 7559).
    echo 1 2> /dev/null \
        > "/proc/sys/net/ipv6/conf/$card/router_solicitation_max_interval"
    until routed "$1" && pinned > /dev/null 2>&1 && : > "$PINNED"; do
        read -r now _ < /proc/uptime
        [ "${now%.*}" -lt "$limit" ] || return 1
        sleep 0.4 2> /dev/null || sleep 1
    done
}
