# shellcheck shell=sh
# Keep the management card (its MAC address in $mac) out of the way of what
# is tested: no route of it but one to the tests, where $SSH_CONNECTION says
# that they are. An IPv4 default route may stay.
# shellcheck disable=SC2154
for path in /sys/class/net/*; do
    [ "$(cat "$path/address")" != "$mac" ] || dev=${path##*/}
done
tests=${SSH_CONNECTION%% *}
case $tests in
*:*) family=-6 host=$tests/128 ;;
*) family=-4 host=$tests/32 ;;
esac
# shellcheck disable=SC2046
set -- $(ip $family route show default | grep " dev $dev")
while [ $# -gt 1 ] && [ "$1" != via ]; do
    shift
done
router=${2:?"no default route by $dev"}
# The router is on the card's link, whatever routes the guest has there.
sudo ip $family route replace "$host" via "$router" dev "$dev" onlink || exit
if [ $family = -6 ]; then
    heed=/proc/sys/net/ipv6/conf/$dev/accept_ra_defrtr
    echo 0 | sudo tee "$heed" > /dev/null
    sudo ip -6 route del default via "$router" dev "$dev"
fi
