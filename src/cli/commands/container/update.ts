import { parseRestartPolicy } from "../../arguments/host-options.ts";
import { parseSwap } from "../../arguments/swap.ts";
import { CommandError, command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";

export const containerUpdate = command({
  path: "container update",
  aliases: ["update"],
  summary: "Change the limits or the restart policy of one or more containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    "blkio-weight": {
      type: "integer",
      as: "uint16",
      help: "Share of block I/O, 10 to 1000; 0 for no limit",
      initial: 0,
    },
    "cpu-period": { type: "integer", help: "Period of the CPU quota in microseconds" },
    "cpu-quota": { type: "integer", help: "CPU time in each period, in microseconds" },
    "cpu-rt-period": { type: "integer", help: "Period of the real-time quota in microseconds" },
    "cpu-rt-runtime": { type: "integer", help: "Real-time CPU time in each period, in microseconds" },
    "cpu-shares": { type: "integer", short: "c", help: "Weight against other containers when CPUs are short" },
    cpus: { type: "decimal", help: "Number of CPUs" },
    "cpuset-cpus": { type: "string", help: 'CPUs to run on ("0-2", "0,3")' },
    "cpuset-mems": { type: "string", help: 'Memory nodes to use ("0-2", "0,3")' },
    memory: { type: "bytes", short: "m", help: "Limit of memory" },
    "memory-reservation": { type: "bytes", help: "Memory that is left to it when the host runs short" },
    "memory-swap": { type: "string", as: "bytes", help: "Limit of memory and swap together; -1 for no limit" },
    "pids-limit": { type: "integer", help: "Limit of processes; -1 for none" },
    restart: { type: "string", help: 'When to start again after an exit ("on-failure:3", "always")' },
  },
  run: async ({ args, flags, given, client, out }) => {
    if (given.size === 0) throw new CommandError(1, "you must provide one or more flags when using this command");
    const body = {
      BlkioWeight: flags["blkio-weight"] ?? 0,
      CpuShares: flags["cpu-shares"] ?? 0,
      Memory: flags.memory ?? 0,
      NanoCpus: flags.cpus ?? 0,
      CpuPeriod: flags["cpu-period"] ?? 0,
      CpuQuota: flags["cpu-quota"] ?? 0,
      CpuRealtimePeriod: flags["cpu-rt-period"] ?? 0,
      CpuRealtimeRuntime: flags["cpu-rt-runtime"] ?? 0,
      CpusetCpus: flags["cpuset-cpus"] ?? "",
      CpusetMems: flags["cpuset-mems"] ?? "",
      MemoryReservation: flags["memory-reservation"] ?? 0,
      MemorySwap: parseSwap(flags["memory-swap"]),
      PidsLimit: flags["pids-limit"],
      RestartPolicy:
        flags.restart === undefined ? { Name: "", MaximumRetryCount: 0 } : parseRestartPolicy(flags.restart),
    };
    const warnings: string[] = [];
    const code = await eachRefInTurn(args, out, async (ref) => {
      const { Warnings } = await client.containers.update(ref, body);
      warnings.push(...(Warnings ?? []));
      out.line(ref);
    });
    if (warnings.length > 0) out.line(warnings.join("\n"));
    return code;
  },
});
