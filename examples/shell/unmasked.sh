#!/usr/bin/env bash
# Lists the pictures below a folder in which somebody wears no mask, those with the most such faces first, and draws them with every face
# made unrecognizable:
#   unmasked.sh photos report [http://localhost:8080]
# maskapi finds the faces, without a service; the service draws. All faces, and what went wrong, are in report/faces.jsonl.
set -euo pipefail
photos=$1 report=$2 service=${3:-http://localhost:8080}
mkdir -p "$report"

# maskapi exits with 1 if some pictures failed, which must not end the others.
{ maskapi detect "$photos" --out - || [ $? -eq 1 ]; } |
  tee "$report/faces.jsonl" |
  jq -rn '[inputs | select(.verdict == "without_mask").picture] | group_by(.) | sort_by(-length)[] | "\(length)\t\(.[0])"' |
  while IFS=$'\t' read -r faces picture; do
    # A busy service says in Retry-After when to come back; --retry obeys.
    curl -sSf --retry 5 -H 'Content-Type: application/octet-stream' --data-binary "@$picture" \
      "$service/v1/annotations?format=jpeg&redact=pixelate" -o "$report/${picture//\//_}.jpg"
    echo "$faces without a mask: $picture"
  done
