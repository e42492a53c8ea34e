# shellcheck shell=sh
# Keep the management card (its MAC address in $mac) out of the way of what
# is tested: no route of it but for answers from the address that the tests
# have logged in to, which $SSH_CONNECTION tells. An IPv4 default route may
# stay.
# shellcheck disable=SC2154
for path in /sys/class/net/*; do
    [ "$(cat "$path/address")" != "$mac" ] || dev=${path##*/}
done
login=${SSH_CONNECTION#* * }
login=${login%% *}
case $login in
*:*) family=-6 ;;
*) family=-4 ;;
esac
table=6
# Of either table: the connection may have been lost with the routes, and
# nobody been told that all was done.
# shellcheck disable=SC2046
set -- $({
    ip $family route show default
    ip $family route show table $table 2> /dev/null
} | grep "^default .*dev $dev")
while [ $# -gt 1 ] && [ "$1" != via ]; do
    shift
done
router=${2:?"no default route by $dev"}
# A table of its own: a route to the tests in the main one would take what
# they send by another card, too. The router is on the card's link, whatever
# routes the guest has there.
# What is so already is left alone: sudo takes its time.
ip $family route show table $table 2> /dev/null |
    grep -q "^default via $router dev $dev" ||
    sudo ip $family route replace default via "$router" dev "$dev" onlink \
        table $table || exit
ip $family rule show | grep -qw "from $login lookup $table" ||
    sudo ip $family rule add from "$login" table $table || exit
if [ $family = -6 ]; then
    heed=/proc/sys/net/ipv6/conf/$dev/accept_ra_defrtr
    [ "$(cat "$heed")" = 0 ] || echo 0 | sudo tee "$heed" > /dev/null
    ! ip -6 route show default | grep -q " dev $dev" ||
        sudo ip -6 route del default via "$router" dev "$dev" 2> /dev/null
    ! ip -6 route show default | grep " dev $dev"
fi
