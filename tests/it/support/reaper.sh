# Ends what a test process left, once that process is gone, whichever way it went: its end of the
# pipe closes then, and `read` below sees the end of its input.
#   watch PID SIGNAL   end this process with that signal
#   forget PID         it has ended
#   remove DIRECTORY   remove it at the end
trap '' INT HUP TERM QUIT PIPE
watched=
while IFS=' ' read -r verb value; do
	case $verb in
	watch) watched="$watched ${value% *}:${value#* }" ;;
	forget)
		kept=
		for entry in $watched; do
			[ "${entry%:*}" = "$value" ] || kept="$kept $entry"
		done
		watched=$kept
		;;
	remove) set -- "$@" "$value" ;;
	esac
done

for entry in $watched; do kill "-${entry#*:}" "${entry%:*}" 2>/dev/null; done
for entry in $watched; do
	left=50
	# a zombie that nobody waits for has ended, too
	while grep -q '^State:.[^ZX]' "/proc/${entry%:*}/status" 2>/dev/null; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || { kill -KILL "${entry%:*}" 2>/dev/null; break; }
		sleep 0.1
	done
done
# a killed driver leaves its browser: whatever still works in one of the directories ends with it
for directory; do
	[ -d "$directory" ] || continue
	for file in $(grep -laF -- "$directory" /proc/[0-9]*/cmdline 2>/dev/null); do
		file=${file%/cmdline}
		kill -KILL "${file#/proc/}" 2>/dev/null
	done
done
left=50
until [ $# -eq 0 ] || rm -rf -- "$@" || [ "$left" -eq 0 ]; do
	left=$((left - 1))
	sleep 0.1
done
