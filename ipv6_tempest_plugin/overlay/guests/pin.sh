# shellcheck shell=sh
# Keep the management card (its MAC address in $mac) out of the way of what
# is tested: no route of it but for answers from the address that the tests
# have logged in to, which $SSH_CONNECTION tells. An IPv4 default route may
# stay. The file $pinned says that user data has done it.
# shellcheck disable=SC2154
for path in /sys/class/net/*; do
    read -r address < "$path/address" || continue
    [ "$address" != "$mac" ] || dev=${path##*/}
done 2> /dev/null
# Whoever handles advertisements outside of the kernel may undo it.
if [ -e "$pinned" ] && ! ip -6 route show default | grep -q " dev $dev"; then
    exit 0
fi
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
# What is so already is left alone, and the rest done at once: sudo takes its
# time.
change=:
ip $family route show table $table 2> /dev/null |
    grep -q "^default via $router dev $dev" ||
    change="$change && ip $family route replace default via $router dev $dev \
        onlink table $table"
ip $family rule show | grep -qw "from $login lookup $table" ||
    change="$change && ip $family rule add from $login table $table"
if [ $family = -6 ]; then
    heed=/proc/sys/net/ipv6/conf/$dev/accept_ra_defrtr
    [ "$(cat "$heed")" = 0 ] || change="$change && echo 0 > $heed"
    # It may go by itself before.
    ! ip -6 route show default | grep -q " dev $dev" ||
        change="$change && { ip -6 route del default via $router dev $dev \
            2> /dev/null || :; }"
fi
[ "$change" = : ] || sudo sh -c "$change" || exit
[ $family = -4 ] || ! ip -6 route show default | grep " dev $dev"
