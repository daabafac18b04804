#!/bin/sh
# A Citus cluster on one machine, to try and to test with: a coordinator and two workers, reached from this
# machine alone. Needs PostgreSQL's server programs and the extension installed into them.
#
#   sh deploy/citus-cluster.sh start FOLDER    makes the nodes where there are none; prints the address to test with
#   sh deploy/citus-cluster.sh stop FOLDER
#   sh deploy/citus-cluster.sh remove FOLDER   stops, and deletes what is in the folder
#
# Environment: PORT of the coordinator (9700; the workers take the next ones), WORKERS (2), PG_BIN (folder of pg_ctl).
set -eu

command=${1:-}
folder=${2:-}
port=${PORT:-9700}
workers=${WORKERS:-2}
bin=${PG_BIN:-$(pg_config --bindir)}

if [ -z "$folder" ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

# PostgreSQL refuses to run as root.
as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

nodes() {
    number=0
    while [ "$number" -le "$workers" ]; do
        echo "$number"
        number=$((number + 1))
    done
}

sql() {
    as_server "$bin/psql" -X -q -t -A -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$1" -U postgres -c "$2"
}

make_node() {
    as_server "$bin/initdb" -D "$1" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_server tee -a "$1/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $2
shared_preload_libraries = 'citus'
max_connections = 200
max_prepared_transactions = 200
shared_buffers = '64MB'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
CONF
}

start() {
    mkdir -p "$folder"
    if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
    for number in $(nodes); do
        node=$folder/$number
        [ -e "$node/PG_VERSION" ] || make_node "$node" $((port + number))
        as_server "$bin/pg_ctl" -D "$node" status >/dev/null || as_server "$bin/pg_ctl" -D "$node" -w -l "$node/log" start >/dev/null
        sql $((port + number)) 'CREATE EXTENSION IF NOT EXISTS citus' 2>/dev/null
    done
    sql "$port" "SELECT citus_set_coordinator_host('127.0.0.1', $port)" >/dev/null
    for number in $(nodes); do
        [ "$number" = 0 ] || sql "$port" "SELECT citus_add_node('127.0.0.1', $((port + number)))" >/dev/null
    done
    echo "TRACE_TEST_CITUS_URL=postgresql://postgres@127.0.0.1:$port/postgres"
}

stop() {
    for number in $(nodes); do
        node=$folder/$number
        if as_server "$bin/pg_ctl" -D "$node" status >/dev/null 2>&1; then
            as_server "$bin/pg_ctl" -D "$node" -m fast -w stop >/dev/null
        fi
    done
}

case $command in
    start) start ;;
    stop) stop ;;
    remove) stop; for number in $(nodes); do rm -rf "${folder:?}/$number"; done ;;
    *) echo "no such command: $command" >&2; exit 2 ;;
esac
