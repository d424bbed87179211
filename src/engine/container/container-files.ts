import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extraLines, hostsFile } from "../network/hosts-file.ts";
import type { Endpoint } from "../network/network-record.ts";
import { resolvConf } from "../network/resolv-conf.ts";
import type { ContainerDeps } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";
import { networkPlace } from "./network-mode.ts";

/** The files that the engine puts over the image's: name resolution and the container's own name. */
export interface ContainerFiles {
  readonly hostname: string;
  readonly hosts: string;
  readonly resolvConf: string;
}

export function containerFiles({ dataRoot }: Pick<ContainerDeps, "dataRoot">, id: string): ContainerFiles {
  const folder = dataRoot.container(id);
  return { hostname: join(folder, "hostname"), hosts: join(folder, "hosts"), resolvConf: join(folder, "resolv.conf") };
}

type Needs = Pick<ContainerDeps, "dataRoot" | "networks" | "host" | "defaults" | "containers">;

/** Writes them anew for a start, and answers their paths: those of another container where its network is shared. */
export function writeContainerFiles(
  deps: Needs,
  record: ContainerRecord,
  endpoint: Endpoint | undefined,
): ContainerFiles {
  const { config, hostConfig } = record;
  const place = networkPlace(hostConfig.NetworkMode ?? "");
  mkdirSync(deps.dataRoot.container(record.id), { recursive: true, mode: 0o710 });
  const own = containerFiles(deps, record.id);
  if (place.kind === "container") return containerFiles(deps, deps.containers.get(place.ref).id);
  writeFileSync(own.hostname, `${config.Hostname ?? ""}\n`);
  writeFileSync(own.hosts, hostsText(deps, record, endpoint));
  const asked = {
    servers: chosen(hostConfig.Dns, deps.defaults.dns),
    search: chosen(hostConfig.DnsSearch, deps.defaults.dnsSearch),
    options: chosen(hostConfig.DnsOptions, deps.defaults.dnsOptions),
  };
  writeFileSync(own.resolvConf, resolvConf(deps.host.resolvConf(), asked, place.kind === "host"));
  return own;
}

function hostsText(deps: Needs, { config, hostConfig }: ContainerRecord, endpoint: Endpoint | undefined): string {
  const { hostGateway } = deps.networks;
  const extra = hostConfig.ExtraHosts ?? [];
  if (networkPlace(hostConfig.NetworkMode ?? "").kind === "host") {
    const lines = extraLines(extra, hostGateway);
    const text = deps.host.hosts();
    return lines.length === 0 ? text : `${text.replace(/\n*$/, "\n")}${lines.join("\n")}\n`;
  }
  const hostname = config.Hostname ?? "";
  return hostsFile({ address: endpoint?.address, hostname, domainname: config.Domainname ?? "", extra, hostGateway });
}

const chosen = (own: readonly string[] | undefined, fallback: readonly string[]): readonly string[] =>
  own && own.length > 0 ? own : fallback;
