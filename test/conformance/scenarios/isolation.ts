import { run, scenario, sh, start } from "../scenario.ts";

const status = (...names: readonly string[]) => sh(`grep -E '^(${names.join("|")}):' /proc/self/status`);
/** The first of the files (cgroup v2, then v1) that is there. */
const cgroup = (two: string, one: string) => sh(`cat /sys/fs/cgroup/${two} 2>/dev/null || cat /sys/fs/cgroup/${one}`);

export const isolationScenarios = [
  scenario(
    "a limit of memory",
    run("-m", "64m", ...cgroup("memory.max", "memory/memory.limit_in_bytes")),
    start("c1", "-m", "64m", "busybox", "true"),
    {
      inspect: "c1",
      fields: [
        "HostConfig.Memory",
        "HostConfig.MemorySwap",
        "HostConfig.MemoryReservation",
        "HostConfig.OomKillDisable",
        "HostConfig.MemorySwappiness",
      ],
    },
  ),
  scenario(
    "memory used up ends with 137 and is told",
    [
      "run",
      "--name",
      "c1",
      "-m",
      "16m",
      "--memory-swap",
      "16m",
      ...sh("head -c 60m /dev/zero | tail -c 50m | wc -c; exit 0"),
    ],
    { inspect: "c1", fields: ["State.Status"] },
  ),
  scenario(
    "bad limits of memory",
    run("-m", "x", "busybox"),
    run("-m", "1k", "busybox"),
    run("-m", "64m", "--memory-swap", "32m", "busybox"),
    run("--memory-reservation", "128m", "-m", "64m", "busybox", "true"),
  ),
  scenario(
    "a share of a cpu",
    run(
      "--cpus",
      "0.5",
      ...sh(
        "cat /sys/fs/cgroup/cpu.max 2>/dev/null || echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)",
      ),
    ),
    start("c1", "--cpus", "0.5", "--cpu-shares", "512", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.NanoCpus", "HostConfig.CpuShares", "HostConfig.CpuQuota", "HostConfig.CpuPeriod"],
    },
  ),
  scenario("quota and period", start("c1", "--cpu-quota", "20000", "--cpu-period", "50000", "busybox", "true"), {
    inspect: "c1",
    fields: ["HostConfig.CpuQuota", "HostConfig.CpuPeriod"],
  }),
  scenario("a choice of cpus", run("--cpuset-cpus", "0", ...status("Cpus_allowed_list"))),
  scenario(
    "bad limits of cpus",
    run("--cpus", "x", "busybox"),
    run("--cpuset-cpus", "999", "busybox", "true"),
    run("--cpuset-cpus", "x", "busybox", "true"),
    run("--cpus", "1", "--cpu-quota", "5000", "busybox", "true"),
    run("--cpu-quota", "10", "busybox", "true"),
  ),
  scenario(
    "a limit of processes",
    run("--pids-limit", "20", ...cgroup("pids.max", "pids/pids.max")),
    start("c1", "--pids-limit", "20", "busybox", "true"),
    { inspect: "c1", fields: ["HostConfig.PidsLimit"] },
  ),
  scenario(
    "a limit of processes is in force",
    run(
      "--pids-limit",
      "6",
      ...sh("(for i in 1 2 3 4 5 6 7 8 9; do sleep 2 & done) 2>/err; read line </err; echo $line"),
    ),
  ),
  scenario(
    "limits can be changed while it runs",
    start("c1", "-m", "64m", "busybox", "sleep", "60"),
    ["update", "-m", "96m", "--memory-swap", "96m", "c1"],
    ["exec", "c1", ...cgroup("memory.max", "memory/memory.limit_in_bytes").slice(1)],
    {
      inspect: "c1",
      fields: ["HostConfig.Memory"],
    },
  ),
  scenario("default capabilities", run(...status("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))),
  scenario(
    "capabilities of another user",
    run("-u", "1000", ...status("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")),
  ),
  scenario(
    "capabilities dropped and added",
    run("--cap-drop", "ALL", "--cap-add", "NET_BIND_SERVICE", ...status("CapEff", "CapBnd")),
    run("--cap-drop", "chown", ...status("CapEff")),
    run("--cap-add", "CAP_NET_ADMIN", ...status("CapEff")),
    start("c1", "--cap-add", "net_admin", "--cap-drop", "CAP_MKNOD", "busybox", "true"),
    { inspect: "c1", fields: ["HostConfig.CapAdd", "HostConfig.CapDrop"] },
  ),
  scenario(
    "a capability that does not exist",
    run("--cap-add", "NOSUCH", "busybox", "true"),
    run("--cap-drop", "nosuch", "busybox", "true"),
  ),
  scenario(
    "the seccomp profile is in force",
    run(...status("Seccomp")),
    run(...sh("unshare -n true 2>&1; echo $?")),
    run("--security-opt", "seccomp=unconfined", ...status("Seccomp")),
  ),
  scenario(
    "a seccomp profile of one's own",
    {
      file: "profile.json",
      text: '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}',
    },
    run("--security-opt", "seccomp=$dir/profile.json", ...sh("mkdir /x 2>&1; grep Seccomp: /proc/self/status")),
    { file: "broken.json", text: "{" },
    run("--security-opt", "seccomp=$dir/broken.json", "busybox", "true"),
  ),
  scenario(
    "no new privileges",
    run("--security-opt", "no-new-privileges", ...status("NoNewPrivs")),
    run(...status("NoNewPrivs")),
    start("c1", "--security-opt", "no-new-privileges:true", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.SecurityOpt"],
    },
  ),
  scenario(
    "bad security options",
    run("--security-opt", "nosuch=1", "busybox", "true"),
    run("--security-opt", "nosuch", "busybox", "true"),
  ),
  scenario(
    "privileged: nothing is masked, devices are there",
    run(
      "--privileged",
      ...sh(
        "test -w /proc/sys/kernel && echo writable; test -e /dev/full && grep Seccomp: /proc/self/status; mount -t tmpfs x /mnt 2>/dev/null || mkdir /m && mount -t tmpfs x /m && echo mounted",
      ),
    ),
    start("c1", "--privileged", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.Privileged", "HostConfig.SecurityOpt", "HostConfig.MaskedPaths", "HostConfig.ReadonlyPaths"],
    },
  ),
  scenario(
    "masked and read-only paths",
    run(
      ...sh(
        "cat /proc/kcore | wc -c; echo 1 > /proc/sys/kernel/domainname 2>&1; touch /proc/sysrq-trigger 2>&1; ls /sys/firmware | wc -l",
      ),
    ),
    start("c1", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.MaskedPaths", "HostConfig.ReadonlyPaths"],
    },
  ),
  scenario(
    "a kernel setting of the container",
    run("--sysctl", "net.ipv4.ip_forward=0", ...sh("cat /proc/sys/net/ipv4/ip_forward")),
    start("c1", "--sysctl", "net.core.somaxconn=512", "busybox", "true"),
    { inspect: "c1", fields: ["HostConfig.Sysctls"] },
  ),
  scenario(
    "kernel settings that are not the container's",
    run("--sysctl", "kernel.panic=1", "busybox", "true"),
    run("--sysctl", "nonsense", "busybox", "true"),
    run("--network", "host", "--sysctl", "net.ipv4.ip_forward=1", "busybox", "true"),
  ),
  scenario(
    "limits of a process",
    run("--ulimit", "nofile=256:512", ...sh("ulimit -n; ulimit -Hn")),
    start("c1", "--ulimit", "nofile=256:512", "--ulimit", "core=0", "busybox", "true"),
    { inspect: "c1", fields: ["HostConfig.Ulimits"] },
    run("--ulimit", "nosuch=1", "busybox"),
    run("--ulimit", "nofile=9:5", "busybox"),
  ),
  scenario(
    "size of /dev/shm",
    run("--shm-size", "16m", ...sh("df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d' ' -f2")),
    run(...sh("df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d' ' -f2")),
    start("c1", "--shm-size", "16m", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.ShmSize"],
    },
  ),
  scenario(
    "namespaces of the host",
    run("--pid", "host", ...sh("test $$ -gt 1 && echo other")),
    run("--uts", "host", "--ipc", "host", "busybox", "true"),
    start("c1", "--pid", "host", "--ipc", "host", "--uts", "host", "busybox", "true"),
    {
      inspect: "c1",
      fields: ["HostConfig.PidMode", "HostConfig.IpcMode", "HostConfig.UTSMode"],
    },
  ),
  scenario(
    "namespaces of another container",
    start("a1", "--ipc", "shareable", ...sh("sleep 60")),
    run("--pid", "container:a1", ...sh("ps | grep -c '[s]leep 60'")),
    run("--ipc", "container:a1", "busybox", "true"),
    run("--pid", "container:nothing", "busybox", "true"),
  ),
  scenario(
    "bad modes of namespaces",
    run("--pid", "nosuch", "busybox", "true"),
    run("--ipc", "nosuch", "busybox", "true"),
    run("--uts", "nosuch", "busybox", "true"),
    run("--cgroupns", "nosuch", "busybox", "true"),
  ),
  scenario(
    "a device",
    run("--device", "/dev/zero:/dev/nought:r", ...sh("ls -l /dev/nought | cut -c1; head -c 3 /dev/nought | wc -c")),
    run("--device", "/dev/no-such-device", "busybox", "true"),
    run("--device", "/dev/zero:/dev/z:q", "busybox", "true"),
  ),
  scenario(
    "devices that are not given cannot be made",
    run(...sh("mknod /x c 1 3 && cat /x; mknod /y b 8 0 && cat /y 2>&1")),
  ),
  scenario(
    "a read-only root",
    run("--read-only", ...sh("touch /x 2>&1; touch /dev/shm/x && echo shm; touch /etc/hosts 2>&1")),
    start("c1", "--read-only", "busybox", "true"),
    { inspect: "c1", fields: ["HostConfig.ReadonlyRootfs"] },
  ),
  scenario("a runtime that does not exist", run("--runtime", "nosuch", "busybox", "true")),
  scenario("a parent of its control group", start("c1", "--cgroup-parent", "/conformance", "busybox", "true"), {
    inspect: "c1",
    fields: ["HostConfig.CgroupParent"],
  }),
  scenario(
    "who sees the out-of-memory score",
    run("--oom-score-adj", "500", "busybox", "cat", "/proc/self/oom_score_adj"),
    run("--oom-score-adj", "5000", "busybox", "true"),
  ),
];
