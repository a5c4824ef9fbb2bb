#!/bin/sh
# Makes an assertion: who is logged in at a brand's site. Prints it, for the hidden field `assertion`.
#   own-login.sh KEY.pem KID BRAND ADDRESS EMAIL
# A key:             openssl genpkey -algorithm ed25519 -out KEY.pem
# Its public half:   openssl pkey -in KEY.pem -pubout -outform DER | tail -c 32 | b64
set -eu
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

now=$(date +%s)
head=$(printf '{"typ":"placet-login+jwt","alg":"EdDSA","kid":"%s"}' "$2" | b64)
claims=$(printf '{"iss":"%s","aud":"%s","iat":%s,"exp":%s,"jti":"%s","person":{"email":"%s"}}' \
    "$3" "$4" "$now" "$((now + 120))" "$(openssl rand -hex 16)" "$5" | b64)
signed=$(mktemp)
trap 'rm -f "$signed"' EXIT
printf '%s.%s' "$head" "$claims" > "$signed"
printf '%s.%s.%s\n' "$head" "$claims" "$(openssl pkeyutl -sign -rawin -inkey "$1" -in "$signed" | b64)"
