# shellcheck shell=sh
# Wait for a router before pinned() is called, as a guest that boots can: by
# reading, without starting a process for each look. $PINNED says afterwards
# that it was done.

# card_of MAC: the interface with that MAC address, in $card
card_of() {
    for path in /sys/class/net/*; do
        read -r address < "$path/address" || continue
        [ "$address" != "$1" ] || card=${path##*/}
    done 2> /dev/null
}

# early MAC SECONDS: whether it was done in time
early() {
    read -r now _ < /proc/uptime
    limit=$((${now%.*} + $2))
    card_of "$1"
    # Whoever solicits before there is a router would ask again ever later
    # (RFC 7559).
    echo 1 2> /dev/null \
        > "/proc/sys/net/ipv6/conf/$card/router_solicitation_max_interval"
    until card_of "$1" && routed "$card" && pinned > /dev/null 2>&1 &&
        : > "$PINNED"; do
        read -r now _ < /proc/uptime
        [ "${now%.*}" -lt "$limit" ] || return 1
        sleep 0.4 2> /dev/null || sleep 1
    done
}
