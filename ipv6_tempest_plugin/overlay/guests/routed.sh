# shellcheck shell=sh
# routed INTERFACE: whether IPv6 has a default route by it; /proc/net/ipv6_route:
# destination and length, source and length, next hop, metric, references, use,
# flags, name
routed() {
    while read -r to length _ _ via _ _ _ _ name; do
        case $to/$length/$via/$name in
        00000000000000000000000000000000/00/fe80*/"$1") return 0 ;;
        esac
    done < /proc/net/ipv6_route
    return 1
}
