#!/bin/sh
# A sweep of 40 runs on a Slurm of this machine: a controller and two nodes, which the script starts and ends
# itself in a scratch folder. One task is killed in the middle, one is requeued, and the rows must be those of
# the same sweep in one process.
#
#   tests/slurm/run.sh [FZERO]      the program, target/debug/fzero when not given
#
# It installs nothing. Where something is missing (Debian: slurm-wlm, munge) it says what, and ends with 0.
set -eu

skip() {
    echo "skipped: $1"
    exit 0
}
fail() {
    echo "FAILED: $1" >&2
    tail -n 20 "$work"/log/* >&2 || true
    exit 1
}

for program in munged mungekey slurmctld slurmd sbatch squeue scancel scontrol; do
    command -v "$program" > /dev/null || PATH="$PATH:/usr/sbin:/sbin" command -v "$program" > /dev/null ||
        skip "$program is not installed (Debian: apt-get install slurm-wlm munge)"
done
PATH="$PATH:/usr/sbin:/sbin"
[ "$(id -u)" = 0 ] || skip "slurmd starts jobs of users and needs root"

root=$(cd "$(dirname "$0")/../.." && pwd)
fzero=${1:-$root/target/debug/fzero}
[ -x "$fzero" ] || skip "no $fzero: cargo build"
fzero=$(cd "$(dirname "$fzero")" && pwd)/$(basename "$fzero")

work=$(mktemp -d)
chmod 755 "$work"
host=$(hostname -s)
daemons=
cleanup() {
    for pid in $daemons; do
        kill "$pid" 2> /dev/null || true
    done
    # Ended daemons may still write their last lines.
    wait 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

mkdir -p "$work/log" "$work/state" "$work/spool1" "$work/spool2" "$work/munge" "$work/shared"
chmod 700 "$work/munge"

# A key and a socket of its own, so that nothing of the machine's is touched.
mungekey --create --keyfile "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge.socket" \
    --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" > "$work/log/munged" 2>&1 &
daemons="$!"

cat > "$work/slurm.conf" << END
ClusterName=fzero
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
SlurmctldPort=16817
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdSpoolDir=$work/spool-%n
StateSaveLocation=$work/state
SlurmctldLogFile=$work/log/slurmctld
SlurmdLogFile=$work/log/slurmd-%n
SlurmdTimeout=300
InactiveLimit=0
KillWait=5
MinJobAge=300
JobRequeue=1
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=16818 CPUs=2 State=UNKNOWN
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=16819 CPUs=2 State=UNKNOWN
PartitionName=cpu Nodes=one,two Default=YES MaxTime=60 State=UP
END
export SLURM_CONF="$work/slurm.conf"

# wait_for SECONDS WHAT COMMAND..
wait_for() {
    left=$(($1 * 5))
    what=$2
    shift 2
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "waited in vain for $what"
        sleep 0.2
    done
}
have_socket() { [ -S "$work/munge.socket" ]; }
wait_for 20 munged have_socket
slurmctld -D > "$work/log/slurmctld.out" 2>&1 &
daemons="$daemons $!"
for node in one two; do
    slurmd -D -N "$node" > "$work/log/slurmd-$node.out" 2>&1 &
    daemons="$daemons $!"
done
are_idle() { [ "$(sinfo -h -o %T -t idle -N 2> /dev/null | wc -l)" = 2 ]; }
wait_for 60 "two idle nodes" are_idle
sinfo

cat > "$work/sweep.toml" << END
name = "slurm"
dies = 5
trainings = 2

[set]
data.set = "digits"
training.epochs = 60
training.evaluate_every = 0

[[axis]]
key = "process.mesh.splitter_error_sigma_rad"
values = [0.0, 0.01, 0.02, 0.05]

[slurm]
tasks = 4
END

cd "$work"
many=$work/shared/many
submit() {
    "$fzero" sweep sweep.toml --out "$many" --slurm --quiet --partition cpu --time 30
}
rows() { cat "$many/parts/rows-$1-of-4.jsonl" 2> /dev/null | wc -l; }
job=$(submit | tee /dev/stderr | sed -n 's/^submitted job \([0-9]*\):.*/\1/p')
[ -n "$job" ] || fail "no job number"

begun() { [ "$(rows 2)" -ge 2 ] && [ "$(rows 3)" -ge 2 ]; }
wait_for 120 "rows of tasks 2 and 3" begun
scancel --signal=KILL --full "${job}_2"
scontrol requeue "${job}_3"
echo "killed task 2 with $(rows 2) rows, requeued task 3 with $(rows 3), of 10 each"

is_over() { [ -z "$(squeue -h -j "$job" 2> /dev/null)" ]; }
wait_for 300 "the end of the array" is_over
if "$fzero" sweep --status "$many"; then
    fail "nothing is missing: the task was killed too late"
fi
killed=$(rows 2)
[ "$killed" -lt 10 ] || fail "task 2 has all its rows"
[ "$(rows 3)" = 10 ] || fail "the requeued task did not go on"
grep -q "are there already" "$many/tasks/3.log" || fail "the requeued task began anew"
"$fzero" sweep --merge "$many" > "$work/log/merge" && fail "a merge with missing runs ended with 0"
grep -q "runs are missing" "$work/log/merge" || fail "the merge does not say that runs are missing"

# Submitted again, it does what is missing.
job=$(submit | tee /dev/stderr | sed -n 's/^submitted job \([0-9]*\):.*/\1/p')
wait_for 300 "the end of the second array" is_over
"$fzero" sweep --status "$many" || fail "runs are missing after the second array"
[ "$(cat "$many"/parts/*.jsonl | wc -l)" = 40 ] || fail "runs were done twice"
"$fzero" sweep --merge "$many"

"$fzero" sweep sweep.toml --out one --quiet > /dev/null
for folder in "$many" one; do
    sed 's/,"elapsed_s":[^,]*}$/}/' "$folder/rows.jsonl" > "$folder/rows.timeless"
    cut -d, -f1-12 "$folder/rows.csv" > "$folder/table.timeless"
done
[ "$(wc -l < one/rows.timeless)" = 40 ] || fail "the single process has not 40 rows"
for name in rows.timeless table.timeless aggregates.json aggregates.csv; do
    cmp "$many/$name" "one/$name" || fail "$name differs from that of one process"
done
echo "passed: 40 runs, the same bytes as in one process"
