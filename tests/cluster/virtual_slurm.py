"""A real Slurm of two nodes on one machine: munged, slurmctld and two slurmd on 127.0.0.1, started and stopped by their ids.

``python tests/cluster/virtual_slurm.py``, as root, keeps one up until Ctrl-C, to try the workflow on.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The executor plugin drops SLURM_* variables, SLURM_CONF with them, so the config has to be where Slurm looks for it.
CONFIG = Path("/etc/slurm/slurm.conf")
MUNGE_KEY = Path("/etc/munge/munge.key")
NODES = ("node1", "node2")
MEMORY_MB = 6000
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "squeue", "sinfo")

TEMPLATE = """\
ClusterName=cvsearch
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# Each node runs two jobs, though the machine may have fewer cores: what is tested is what becomes of jobs, not their speed.
NodeName={nodes} NodeHostname={host} NodeAddr=127.0.0.1 Port=[16821-16822] CPUs=2 RealMemory={memory_mb} State=UNKNOWN
PartitionName=short Nodes={nodes} Default=YES MaxTime=60 State=UP
PartitionName=long Nodes={nodes} MaxTime=600 State=UP
SchedulerParameters=sched_min_interval=100000,sched_interval=2,batch_sched_delay=1,bf_interval=2
# A node is lost soon, a job is ended soon, and comes back as a failure for Snakemake to retry, not for Slurm to requeue.
SlurmdTimeout=10
KillWait=3
JobRequeue=0
ReturnToService=2
# Tests ask about jobs that ended long ago, on a slow machine too.
MinJobAge=3600
# A job over its memory is killed, as cgroups would have it elsewhere.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
"""


def missing():
    """Return why no Slurm can be started here, or None."""
    if os.geteuid() != 0:
        return "a Slurm of its own needs root"
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"{', '.join(absent)} not found; apt-get install slurm-wlm munge"
    if CONFIG.exists() and subprocess.run(["scontrol", "ping"], capture_output=True, check=False).returncode == 0:
        return "a Slurm is running here already"
    return None


class VirtualSlurm:
    """The cluster; a context manager.

    Attributes
    ----------
    folder : Path
        Of its logs and state.
    processes : dict of str to subprocess.Popen
        ``munged``, ``slurmctld`` and the nodes by name.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="virtual-slurm-"))
        self.processes = {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.folder.chmod(0o755)
            (self.folder / "state").mkdir()
            stack.callback(self._stop_all)
            self._start_munged()
            stack.enter_context(self._config())
            self._start("slurmctld", "slurmctld", "-D", "-i")
            for node in NODES:
                self.start_node(node)
            self.wait_for(lambda: all(state.startswith("idle") for state in self.states().values()), "both nodes idle")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _start_munged(self):
        if not MUNGE_KEY.exists():
            raise RuntimeError(f"{MUNGE_KEY}: is missing; make one: mungekey --create")
        munge = self.folder / "munge"
        munge.mkdir()
        shutil.chown(munge, "munge", "munge")
        files = {
            "socket": self.folder / "munge" / "socket",
            "pid-file": munge / "pid",
            "seed-file": munge / "seed",
            "log-file": munge / "log",
        }
        options = [f"--{name}={path}" for name, path in files.items()]
        self._start("munged", "munged", "--foreground", *options, user="munge", group="munge", extra_groups=[])
        self.wait_for((munge / "socket").exists, "munged's socket")
        (self.folder / "munge.socket").symlink_to(munge / "socket")

    @contextlib.contextmanager
    def _config(self):
        """Put our config where Slurm looks for it, and back what was there."""
        before = CONFIG.read_bytes() if CONFIG.exists() else None
        CONFIG.parent.mkdir(parents=True, exist_ok=True)
        host = os.uname().nodename.split(".")[0]
        CONFIG.write_text(TEMPLATE.format(folder=self.folder, host=host, nodes="node[1-2]", memory_mb=MEMORY_MB))
        try:
            yield
        finally:
            CONFIG.unlink()
            if before is not None:
                CONFIG.write_bytes(before)

    def _start(self, name, *command, **options):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **options
            )

    def _stop_all(self):
        for name in reversed(list(self.processes)):
            self._stop(name)

    def _stop(self, name):
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start_node(self, node):
        """Start a node's slurmd."""
        self._start(node, "slurmd", "-D", "-N", node)

    def lose_node(self, node, job_ids):
        """Kill a node's slurmd and all processes of the jobs on it, as a power cut would.

        Returns
        -------
        list of int
            The processes of the jobs that were killed.
        """
        self.processes[node].kill()
        self.processes.pop(node).wait()
        victims = [pid for job_id in job_ids for pid in processes_of(job_id)]
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return victims

    def states(self):
        """Return node name to state, such as ``idle`` or ``down*``."""
        lines = output_of("sinfo", "--noheader", "--Node", "--partition=short", "--format=%N %T", check=False).split()
        return dict(zip(lines[::2], lines[1::2], strict=True))

    def wait_for(self, condition, what, seconds=60):
        """Wait until `condition()` holds.

        Raises
        ------
        RuntimeError
            If it does not within `seconds`, with the ends of the logs.
        """
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                logs = "\n".join(
                    f"{path.name}: {path.read_text(errors='replace')[-1500:]}"
                    for path in sorted(self.folder.glob("*.log"))
                )
                raise RuntimeError(f"waited {seconds} s in vain for {what}\n{logs}")
            time.sleep(0.2)


def output_of(*command, check=True):
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


def processes_of(job_id, command=""):
    """Return the ids of the processes of a Slurm job whose command line contains `command`.

    Its slurmstepd is first, then those with the job's number in their environment.
    """
    mark, daemon = f"SLURM_JOB_ID={job_id}".encode(), f"slurmstepd: [{job_id}.".encode()
    daemons, others = [], []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes()
            if command.encode() not in line:
                continue
            if line.startswith(daemon):
                daemons.append(int(folder.name))
            elif mark in (folder / "environ").read_bytes().split(b"\0"):
                others.append(int(folder.name))
    return daemons + others


if __name__ == "__main__":
    if reason := missing():
        sys.exit(f"error: {reason}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with VirtualSlurm() as cluster:
        print(output_of("sinfo"), f"logs: {cluster.folder}", "Ctrl-C ends it", sep="\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
