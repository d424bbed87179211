import { CommandError, command } from "../../command.ts";

export const containerPort = command({
  path: "container port",
  aliases: ["port"],
  summary: "Show the published ports of a container, or of one of its ports",
  args: "CONTAINER [PRIVATE_PORT[/PROTO]]",
  least: 1,
  most: 2,
  flags: {},
  run: async ({ args: [ref, wanted], client, out }) => {
    const { NetworkSettings } = await client.containers.inspect(ref!);
    const bindings = Object.entries(NetworkSettings.Ports ?? {}).map(([port, hosts]) => [port, hosts ?? []] as const);
    const shown = ({ HostIp, HostPort }: { HostIp: string; HostPort: string }) =>
      `${HostIp.includes(":") ? `[${HostIp}]` : HostIp}:${HostPort}`;
    if (wanted !== undefined) {
      const port = wanted.includes("/") ? wanted : `${wanted}/tcp`;
      const found = bindings.find(([name, hosts]) => name === port && hosts.length > 0);
      if (!found) throw new CommandError(1, `Error: No public port '${wanted}' published for ${ref}`);
      for (const host of found[1]) out.line(shown(host));
      return 0;
    }
    const byNumber = bindings.sort(([a], [b]) => Number.parseInt(a) - Number.parseInt(b) || (a < b ? -1 : 1));
    for (const [port, hosts] of byNumber) for (const host of hosts) out.line(`${port} -> ${shown(host)}`);
    return 0;
  },
});
