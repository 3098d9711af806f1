#!/bin/sh
# supervise [--one-stream] DIR STDIN PROGRAM [ARGUMENT...]
# Runs one agent, at most once for DIR, and outlives whoever started it. The caller gives it its own session, the
# working folder and the environment. PROGRAM is a path with a slash, so that no builtin of this shell can be meant.
# To signal the agent, signal the group: kill -TERM -PID. The agent hears it at once; this shell only notes it and
# still writes down how the agent ended; noted before the agent was started, it is not started. (The agent runs in the
# foreground on purpose: a shell starts background children with SIGINT and SIGQUIT ignored, and all that they start
# inherits it.)
# --one-stream: both descriptors append to stdout.log, so that it holds all that is written in the order of writing.
# exit.PID holds who may own DIR, and from the end on how the agent ended; whoever sees that this shell is gone renames it
# to exit.json (a process only for that would cost as much as a short agent).
# Exit codes: 0 the end is in exit.PID; 74 DIR cannot be written; 75 DIR belongs to somebody else.
errors=stderr.log
if [ "$1" = --one-stream ]
then
  errors=stdout.log
  shift
fi
dir=$1 stdin=$2
shift 2
stop=
trap : QUIT USR1 USR2
trap 'stop=129' HUP
trap 'stop=130' INT
trap 'stop=143' TERM
if { read -r stat </proc/$$/stat; } 2>/dev/null
then field20() { shift 19; born=$1; }; field20 ${stat##*) }     # names may hold spaces and brackets: count after the last one
else born=$(LC_ALL=C TZ=UTC0 /bin/ps -o lstart= -p $$)
fi
# Who may own DIR, should this machine stop inside the next lines; and room for the result, taken while there is some: a disk
# that fills up cannot lose it.
printf '%-63s\n' "$$ $born" >"$dir/exit.$$" || exit 74
set -C                                          # from here '>' creates or fails (O_EXCL)
echo "$$ $born" >"$dir/pid" || {                # somebody was first: a recovery, or a twin of ours
  PATH=/bin:/usr/bin:$PATH
  rm -f "$dir/exit.$$"
  exit 75
}
set +C
case $1 in
*/*)
  began=
  { [ -n "$stop" ] || { began=1; "$@"; }; } 2>>"$dir/$errors" <"$stdin" >>"$dir/stdout.log"
  code=$?
  [ -n "$began" ] || code=${stop:-$code} ;;
*) echo "$1: no such program on the PATH" >>"$dir/$errors"; code=127 ;;
esac
trap '' HUP INT QUIT TERM USR1 USR2             # what comes now must not reach the lines below
signal=null
[ $code -gt 128 ] && name=$(kill -l $code 2>/dev/null) && case $name in [A-Z]*) signal="\"SIG$name\"" ;; esac
tries=30
[ -d "$dir" ] || exit 74                        # the folder is gone: nobody would read it
until printf '%-63s\n' "{\"code\":$code,\"signal\":$signal}" 1<>"$dir/exit.$$"
do
  tries=$((tries - 1))
  [ $tries -gt 0 ] || exit 74                   # then recovery settles it as lost, and the log of the disk says why
  PATH=/bin:/usr/bin:$PATH sleep 1              # the agent's own PATH may hold nothing, or another sleep
done
