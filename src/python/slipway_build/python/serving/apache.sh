# Starts Apache in the foreground. It takes TERM as 'at once, whatever runs'; here it means 'once the requests are done',
# for which Apache has WINCH.
export SLIPWAY_FOLDER="$PWD" SLIPWAY_PYTHON_PATH="$PWD:$PYTHONPATH"
/usr/sbin/apache2 -DFOREGROUND -f /slipway/server/httpd.conf &
server=$!
trap 'kill -WINCH $server' TERM
trap 'kill -TERM $server' INT
# A trapped signal ends the first wait.
wait $server
status=$?
while kill -0 $server 2>/dev/null; do
    wait $server
    status=$?
done
exit $status
