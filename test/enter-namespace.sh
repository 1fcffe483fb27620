#!/bin/sh
# Runs PROGRAM in the network namespace NAMESPACE, as the user who calls: what playwright starts in place of
# Chromium. sudo passes on three descriptors only, so playwright's pipe, 3 and 4, goes through as the first two.
exec $AS_ROOT "$IP" netns exec "$NAMESPACE" \
  setpriv --reuid="$(id -u)" --regid="$(id -g)" --init-groups \
  env HOME="$HOME" sh -c 'exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2' "$PROGRAM" "$@" <&3 >&4
