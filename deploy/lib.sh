# Sourced by bin/up, bin/down and bin/test: which server is meant, where its things are, and how progress looks.
# shellcheck shell=bash disable=SC2034

set -euo pipefail

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
NAME=${SLIPWAY_NAME:-slipway}
CONFIG=/etc/$NAME/server.json
DATA=/var/lib/$NAME
RUN=/run/$NAME
PROGRAMS=/usr/lib/$NAME
LOGS=/var/log/$NAME
ARTIFACTS=${SLIPWAY_ARTIFACTS:-$REPO/artifacts}

# In the order in which they start; stopped in the opposite one.
DAEMONS=(runner control edge ssh)
declare -A PROGRAM=([runner]=slipway-runner [control]=slipwayd [edge]=slipway-edge [ssh]=sshd)

die() {
  printf 'error: %s\n' "$1" >&2
  [[ -z ${2:-} ]] || printf '  next: %s\n' "$2" >&2
  exit 1
}

check_name() {
  [[ $NAME =~ ^slipway(-[a-z0-9]{1,6})?$ ]] ||
    die "SLIPWAY_NAME '$NAME' is not 'slipway' or 'slipway-' and up to 6 lower-case letters and digits."
}

# Runs the script anew under sudo, keeping what it listens to in the environment.
become_root() {
  (( EUID != 0 )) || return 0
  command -v sudo >/dev/null || die "Slipway's server needs root." "run $0 as root, or install sudo"
  local kept=()
  mapfile -t kept < <(env | grep -E '^(SLIPWAY_[A-Z_]+|PIP_INDEX_URL|CI|TERM|NUGET_[A-Z_]+|[a-z]+_proxy)=')
  exec sudo env "${kept[@]}" "SLIPWAY_DOTNET=$(command -v dotnet || true)" bash "$0" "$@"
}

# Who asked: owns the build's output and gets the credentials.
invoker() { printf '%s' "${SUDO_USER:-root}"; }

as_invoker() {
  if [[ $(invoker) == root ]]; then "$@"; else sudo -u "$(invoker)" -H --preserve-env=http_proxy,https_proxy,no_proxy -- "$@"; fi
}

home_of() { getent passwd "$1" | cut -d: -f6; }

# --- what the machine needs ---

# missing_packages LIST…: of the packages in these files (runit too, where systemd is not pid 1), those not installed.
missing_packages() {
  local wanted
  mapfile -t wanted < <(sed 's/#.*//' "$@" | xargs -n1; has_systemd || echo runit)
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

apt_install() {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

dotnet_program() { printf '%s' "${SLIPWAY_DOTNET:-$(command -v dotnet || true)}"; }

check_dotnet() {
  local dotnet
  dotnet=$(dotnet_program)
  [[ -n $dotnet && $'\n'$("$dotnet" --list-sdks) == *$'\n10.'* ]] || die "The .NET 10 SDK is not installed." \
    "curl -fsSL https://dot.net/v1/dotnet-install.sh | sudo bash -s -- --channel 10.0 --install-dir /usr/share/dotnet && sudo ln -sf /usr/share/dotnet/dotnet /usr/local/bin/dotnet"
}

# --- doing things one at a time, and showing it ---

one_at_a_time() {
  exec {LOCK}>"/run/lock/$NAME.up"
  flock -n "$LOCK" || { echo "Waiting for another bin/up or bin/down of '$NAME' to end."; flock "$LOCK"; }
  # Two servers may come up from one checkout; see hold_build_folder.
  exec {BUILD_LOCK}>"$(build_lock)"
}

build_lock() { printf '/run/lock/slipway-build-%s' "$(printf '%s' "$ARTIFACTS" | sha256sum | cut -c1-16)"; }

# From looking whether something is built until it is installed, so that nobody installs what another one is writing.
hold_build_folder() {
  flock -n "$BUILD_LOCK" || { echo "Waiting for another bin/up to end its build in $ARTIFACTS."; flock "$BUILD_LOCK"; }
}

release_build_folder() { flock -u "$BUILD_LOCK"; }

# wait_until SECONDS WHAT COMMAND...: polls until the command succeeds.
wait_until() {
  local deadline=$((EPOCHSECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    (( EPOCHSECONDS < deadline )) || { echo "Gave up waiting for $what."; return 1; }
    sleep 0.05
  done
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# step TITLE COMMAND...: runs it in a subshell (so 'set -e' holds inside), its output in the log; on a terminal the
# log's last line is shown meanwhile. A failing step shows the end of its log and ends the script.
step() {
  local title=$1 began=$EPOCHREALTIME start
  shift
  start=$(($(stat -c %s "$LOG") + 1))
  printf '== %s\n' "$title" >>"$LOG"
  ("$@") {LOCK}>&- {BUILD_LOCK}>&- >>"$LOG" 2>&1 </dev/null &
  STEP_PID=$!
  if [[ -t 1 ]]; then show_progress "$title" "$began"; else printf '  %-46s' "$title"; fi
  local status=0
  wait "$STEP_PID" || status=$?
  STEP_PID=
  [[ ! -t 1 ]] || printf '\r\e[K  %-46s' "$title"
  printf '%7s s%s\n' "$(seconds_since "$began")" "$(note)"
  (( status == 0 )) || failed "$title" "$start"
}

# A step says in one line what it found by writing 'note: …'.
note() { tail -n 1 "$LOG" | sed -n 's/^note: /   /p'; }

show_progress() {
  local width=$(( $(tput cols 2>/dev/null || echo 100) - 62 )) last
  while kill -0 "$STEP_PID" 2>/dev/null; do
    last=$(tail -n 1 "$LOG" | tr -cd '[:print:]')
    printf '\r\e[K  %-46s%7s s   \e[2m%s\e[0m' "$1" "$(seconds_since "$2")" "${last:0:$((width > 0 ? width : 0))}"
    sleep 0.1
  done
}

failed() {
  printf '\n'
  tail -c "+$2" "$LOG" | tail -n 25 | sed 's/^/    /'
  printf '\n'
  die "'$1' failed; the lines above are the end of its log." "see $LOG, mend the cause, and run the same command again: it goes on from here"
}

# --- supervision: systemd where it is pid 1, else Debian's runit with a folder of services of our own ---

has_systemd() { [[ -d /run/systemd/system ]]; }

unit() { case $1 in control) printf '%sd' "$NAME" ;; *) printf '%s-%s' "$NAME" "$1" ;; esac; }

supervisor_pid() { pgrep -xf "runsvdir -P $RUN/service" || true; }

daemon_pid() {
  if has_systemd; then
    systemctl show --property MainPID --value "$(unit "$1").service" | grep -v '^0$' || true
  elif [[ -n $(supervisor_pid) ]]; then
    cat "$RUN/service/$(unit "$1")/supervise/pid" 2>/dev/null || true
  fi
}
