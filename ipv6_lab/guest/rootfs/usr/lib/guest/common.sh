# shellcheck shell=dash disable=SC2034
# Sourced by the guest's scripts: places, and how to speak.
#
# They run in BusyBox's shell, which calls its own applets, ip among them,
# without starting a program: that counts on an emulated CPU.

RUN=/run/guest
NICS=$RUN/nics
DNS=$RUN/dns
EVENTS=$RUN/events
# Says that who is logged in looks after the cards, and after the report.
HELD=$RUN/held
# A guest raises all of its cards unless it boots with more than these.
MANY=4

# One line for the console log, which the cloud shows, with the uptime in
# seconds.
tell() {
    read -r now _ < /proc/uptime
    printf 'guest: [%s] %s\n' "$now" "$*" > /dev/console
}

# Something that the address report shows has changed. Opening for both
# reading and writing does not wait for a reader.
changed() {
    echo changed 1<> "$EVENTS"
}

# Replace a file by standard input; true when that made a difference.
replace() {
    cat > "$1.$$"
    if cmp -s "$1.$$" "$1"; then
        rm "$1.$$"
        return 1
    fi
    mv "$1.$$" "$1"
}

uptime_seconds() {
    read -r seconds _ < /proc/uptime
    echo "${seconds%.*}"
}

# Whether some address is in duplicate address detection. /proc/net/if_inet6:
# address, interface, prefix length, scope, flags (IFA_F_*), name.
detecting() {
    while read -r _ _ _ _ flags _; do
        # IFA_F_TENTATIVE 0x40 without IFA_F_DADFAILED 0x08
        [ $((0x$flags & 0x48)) -ne 64 ] || return 0
    done < /proc/net/if_inet6
    return 1
}

# Whether an interface has a link-local address that can be used.
has_link_local() {
    while read -r _ _ _ scope flags name; do
        if [ "$name $scope" = "$1 20" ] && [ $((0x$flags & 0x48)) -eq 0 ]; then
            return 0
        fi
    done < /proc/net/if_inet6
    return 1
}

# The network cards; tunnels, bridges and lo have no device.
hardware() {
    for path in /sys/class/net/*/device; do
        [ -e "$path" ] || continue
        path=${path%/device}
        echo "${path##*/}"
    done
}
