# Healthy when the service in this container is ready. Needs nothing but bash.
exec 3<>"/dev/tcp/127.0.0.1/${CORTEX_HTTP_PORT:-8080}" || exit 1
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
