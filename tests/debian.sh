#!/bin/sh
# Debian packages that the tests drive: a browser for the pages, a Chinese font for it, a second MQTT broker, Graphviz.
# Where they cannot be installed the tests that need them are skipped and say so.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v dot >/dev/null 2>&1 || missing="$missing graphviz"
command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
fc-list 2>/dev/null | grep -q "Noto Sans CJK" || missing="$missing fonts-noto-cjk fontconfig"
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "not installed:$missing (no apt-get or not root): tests that need them are skipped"
    exit 0
fi
echo "· Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# A freshly installed broker must not start as a service of the machine.
[ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && ours=1; }
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
    echo "could not install:$missing: tests that need them are skipped"
[ -z "${ours:-}" ] || rm -f /usr/sbin/policy-rc.d
exit 0
