# shellcheck shell=sh disable=SC2317
# What a guest's network looks like, for machines to read. Any shell and
# ip(8) will do, BusyBox's too. A plan of calls follows this text.

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
RECORDS=/run/guest
OPTIONS='mtu accept_ra forwarding disable_ipv6 accept_dad addr_gen_mode'
command -v ping6 > /dev/null && six=ping6 || six='ping -6'
command -v traceroute6 > /dev/null && trace=traceroute6 \
    || trace='traceroute -6'

# While they wait, emulated guests shall do their own work: no function
# below starts a process, not even a subshell, where it can do without.

# seconds: since boot, in $now
seconds() {
    read -r now _ < /proc/uptime
    now=${now%.*}
}

pause() {
    sleep 0.2 2> /dev/null || sleep 1
}

# name_of MAC: the interface with that MAC address, in $name; false if none
name_of() {
    for path in /sys/class/net/*; do
        read -r mac < "$path/address" || continue
        name=${path##*/}
        [ "$mac" != "$1" ] || return 0
    done 2> /dev/null
    name=
    return 1
}

# until_true SECONDS COMMAND...: whether it became true in time
until_true() {
    seconds
    limit=$((now + $1))
    shift
    until "$@"; do
        seconds
        [ "$now" -lt "$limit" ] || return 1
        pause
    done
}

# raise SECONDS MAC COMMAND: once that card is there, run COMMAND, in which
# $name is its interface
raise() {
    until_true "$1" name_of "$2" || return
    eval "$3" > /dev/null 2>&1
}

# tag PARENT MAC COMMAND: unless that card is there, run COMMAND, in which
# $name is the interface of the card PARENT
tag() {
    name_of "$2" && return
    name_of "$1" && eval "$3" && return
    echo "no card $2 of a VLAN on the card $1 (${name:-not there}):" \
        '[ipv6_overlay] vlan_command failed; guest_cards = trunk wants an' \
        'image with 8021q' >&2
    return 1
}

# lower MAC COMMAND: if that card is there, run COMMAND, in which $name is its
# interface
lower() {
    name_of "$1" || return 0
    eval "$2"
}

# addressed MAC: say so if that card has an IPv6 address, as one that is up has
addressed() {
    name_of "$1" || return 0
    while read -r address _ _ _ _ interface; do
        [ "$interface" != "$name" ] || echo "ADDRESSED $1 $address"
    done < /proc/net/if_inet6
}

# /proc/net/if_inet6: address, index, prefix length, scope, flags, name; an
# address is settled unless IFA_F_TENTATIVE stands without IFA_F_DADFAILED.
# One of IPv4 is as soon as it is there: "|-- 192.0.2.1" in fib_trie, and
# below it "/32 host LOCAL".
usable() {
    case $1 in
    *.*)
        leaf=
        while read -r kind rest; do
            [ "$kind" != '|--' ] || leaf=$rest
            [ "$leaf $kind $rest" != "$1 /32 host LOCAL" ] || return 0
        done < /proc/net/fib_trie
        return 1
        ;;
    esac
    while read -r address _ _ _ flags _; do
        [ "$address" != "$1" ] || [ $((0x$flags & 0x48)) -eq 64 ] || return 0
    done < /proc/net/if_inet6
    return 1
}

recorded() {
    name_of "$1" || return
    set -- "$RECORDS/nics/$name"/ra.*
    [ -s "$1" ]
}

named() {
    while read -r word server; do
        [ "$word $server" != "nameserver $1" ] || return 0
    done < /etc/resolv.conf
    return 1
}

settled() {
    for wanted in $addresses; do usable "$wanted" || return; done
    for wanted in $informed; do
        name_of "$wanted" || return
        [ -s "$RECORDS/dns/$name.dhcp6" ] || return
    done
    for wanted in $advertised; do recorded "$wanted" || return; done
    for wanted in $servers; do named "$wanted" || return; done
}

# settle SECONDS ADDRESSES INFORMED ADVERTISED SERVERS: wait until the
# addresses (32 digits each, or of IPv4) are usable, an answer of DHCPv6 and
# an advertisement are on record for the cards with these MAC addresses, and
# /etc/resolv.conf names the servers
settle() {
    addresses=$2 informed=$3 advertised=$4 servers=$5
    until_true "$1" settled
}

begin() {
    sequence=$1
    if [ -z "${work:-}" ]; then
        work=$(mktemp -d) || exit 1
        trap 'rm -rf "$work"' EXIT
    fi
    rm -f "$work"/*
    exec 3> "$work/report"
    {
        echo '@time'
        cat /proc/uptime
    } >&3
}

state() {
    echo '@links'
    grep -H . /sys/class/net/*/address /sys/class/net/*/mtu \
        /sys/class/net/*/operstate
    echo '@sysctl'
    set --
    for option in $OPTIONS; do
        set -- "$@" /proc/sys/net/ipv6/conf/*/"$option"
    done
    grep -H . "$@"
    echo '@if_inet6'
    cat /proc/net/if_inet6
    echo '@ipv6_route'
    cat /proc/net/ipv6_route
    echo '@snmp6'
    grep -E '^(Ip6(In|Out|Forw)|Icmp6InR)' /proc/net/snmp6
    echo '@addr'
    ip -o addr
    echo '@route'
    ip -6 route
    echo '@neigh'
    ip -6 neigh
    echo '@ipv4'
    ip -4 route
    ip -4 neigh
    echo '@resolv'
    cat /etc/resolv.conf
    [ -d $RECORDS ] || return
    echo '@ra'
    for record in "$RECORDS"/nics/*/ra.*; do
        # One that is being written has a further dot in its name.
        case ${record##*/ra.} in
        *.*) ;;
        *) cat "$record" 2> /dev/null ;;
        esac
    done
    echo '@dns'
    grep -H . $RECORDS/dns/* 2> /dev/null
} >&3 2>&1

# probe NAME COMMAND...: run it beside the others
probe() {
    output=$work/probe.$1
    shift
    {
        "$@" 2>&1
        echo "status $?"
    } > "$output" &
}

# echo_to NAME TARGET SOURCE COUNT SIZE SECONDS INTERVAL DEADLINE
echo_to() {
    case $2 in
    *:*) ping=$six ;;
    *) ping=ping ;;
    esac
    # shellcheck disable=SC2086
    probe "ping.$1" $ping -n -c "$4" -i "$7" ${8:+-w "$8"} -W "$6" -s "$5" \
        ${3:+-I "$3"} "$2"
}

# tcp_to NAME TARGET PORT
# It must say (-v) what became of it: who refuses has answered.
tcp_to() {
    probe "tcp.$1" nc -n -v -z -w 2 "$2" "$3"
}

# path_to NAME TARGET SOURCE
# Three probes to a hop: routers limit the rate of their answers (RFC 4443
# section 2.4), so one that is lost says nothing of the way.
path_to() {
    # shellcheck disable=SC2086
    probe "path.$1" $trace -n -q 3 -w 2 -m 8 ${3:+-s "$3"} "$2"
}

# answered TARGET SOURCE: whether one of the echo requests of a second is;
# iputils sends the next until then, BusyBox's ping just one
answered() {
    # shellcheck disable=SC2086
    case $1 in
    *:*) $six -n -c 1 -i 0.2 -w 1 -W 1 ${2:+-I "$2"} "$1" ;;
    *) ping -n -c 1 -i 0.2 -w 1 -W 1 ${2:+-I "$2"} "$1" ;;
    esac > /dev/null 2>&1
}

# The report's end tells its length: a console may garble what is on it.
finish() {
    wait
    for output in "$work"/probe.*; do
        [ -e "$output" ] || continue
        echo "@${output##*/probe.}"
        cat "$output"
    done >&3
    exec 3>&-
    sed "s/^/V6O $sequence /" "$work/report"
    echo "V6O $sequence end $(($(wc -c < "$work/report")))"
}
