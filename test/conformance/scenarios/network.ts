import { run, scenario, sh, start } from "../scenario.ts";

const web = ["busybox", "sh", "-c", "echo hello from inside > /index.html; exec httpd -f -p 80 -h /"] as const;
const links = sh("ls /sys/class/net | sort");

export const networkScenarios = [
  scenario(
    "the default network",
    run(...links),
    run(...sh("ip -4 addr show eth0 | grep -o 'inet [0-9.]*/[0-9]*'; ip route | cut -d' ' -f1-3")),
    start("c1", "busybox", "sleep", "60"),
    {
      inspect: "c1",
      fields: [
        "HostConfig.NetworkMode",
        "NetworkSettings.Networks.bridge.IPAddress",
        "NetworkSettings.Networks.bridge.Gateway",
        "NetworkSettings.Networks.bridge.IPPrefixLen",
        "NetworkSettings.Networks.bridge.MacAddress",
        "NetworkSettings.Networks.bridge.Aliases",
        "NetworkSettings.Ports",
      ],
    },
  ),
  scenario("an address is freed when its container ends", start("c1", "busybox", "true"), ["wait", "c1"], {
    inspect: "c1",
    fields: ["NetworkSettings.Networks.bridge.IPAddress", "NetworkSettings.Networks.bridge.Gateway"],
  }),
  scenario("no network", run("--network", "none", ...links), start("c1", "--net", "none", "busybox", "sleep", "60"), {
    inspect: "c1",
    fields: ["HostConfig.NetworkMode", "NetworkSettings.Networks.none.IPAddress"],
  }),
  scenario(
    "the host's network",
    run("--network", "host", ...sh("test -d /sys/class/net/lo && readlink /proc/self/ns/net | wc -l")),
    start("c1", "--net=host", "busybox", "sleep", "60"),
    {
      inspect: "c1",
      fields: ["HostConfig.NetworkMode"],
    },
  ),
  scenario(
    "the network of another container",
    start("a1", "-h", "first", "busybox", "sleep", "60"),
    run("--network", "container:a1", ...sh("hostname; ls /sys/class/net | sort")),
    ["run", "--network", "container:nothing", "busybox", "true"],
  ),
  scenario(
    "the network of a container that does not run",
    ["create", "--name", "a1", "busybox"],
    ["run", "--name", "b1", "--network", "container:a1", "busybox", "true"],
  ),
  scenario("a network that does not exist", ["run", "--name", "c1", "--network", "nosuch", "busybox", "true"], {
    inspect: "c1",
    fields: ["State.Status", "State.ExitCode"],
  }),
  scenario("containers reach each other by address", start("a1", ...web), {
    docker: [
      "run",
      "--rm",
      "--network",
      "container:a1",
      "busybox",
      "sh",
      "-c",
      "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1/ && break; sleep 0.1; done",
    ],
  }),
  scenario(
    "a published port answers",
    start("c1", "-p", "127.0.0.1:$port:80", ...web),
    { fetch: "http://127.0.0.1:$port/index.html" },
    ["port", "c1"],
    ["port", "c1", "80"],
    ["ps", "--format", "{{.Ports}}"],
    {
      inspect: "c1",
      fields: ["NetworkSettings.Ports", "HostConfig.PortBindings", "Config.ExposedPorts"],
    },
  ),
  scenario(
    "a published port on all addresses",
    start("c1", "-p", "$port:80", ...web),
    { fetch: "http://$bridge:$port/index.html" },
    ["port", "c1", "80/tcp"],
    ["ps", "--format", "{{.Ports}}"],
  ),
  scenario("a port that the engine chooses", start("c1", "-p", "127.0.0.1::80", ...web), { docker: ["port", "c1"] }, [
    "ps",
    "--format",
    "{{.Ports}}",
  ]),
  scenario(
    "all exposed ports",
    start("c1", "-P", "--expose", "80", "--expose", "53/udp", "busybox", "sleep", "60"),
    { docker: ["port", "c1"], unordered: true },
    {
      inspect: "c1",
      fields: ["HostConfig.PublishAllPorts", "Config.ExposedPorts"],
    },
  ),
  scenario("a range of ports", start("c1", "--expose", "8000-8002", "busybox", "sleep", "60"), [
    "ps",
    "--format",
    "{{.Ports}}",
  ]),
  scenario(
    "udp",
    start("c1", "-p", "127.0.0.1:$port:53/udp", "busybox", "sleep", "60"),
    ["port", "c1"],
    ["ps", "--format", "{{.Ports}}"],
  ),
  scenario(
    "a port that is taken by another container",
    start("a1", "-p", "127.0.0.1:$port:80", "busybox", "sleep", "60"),
    ["run", "--name", "b1", "-d", "-p", "127.0.0.1:$port:80", "busybox", "sleep", "60"],
    { inspect: "b1", fields: ["State.Status", "State.ExitCode"] },
  ),
  scenario(
    "a port is free again after rm",
    start("a1", "-p", "127.0.0.1:$port:80", "busybox", "sleep", "60"),
    ["rm", "-f", "a1"],
    start("b1", "-p", "127.0.0.1:$port:80", ...web),
    {
      fetch: "http://127.0.0.1:$port/index.html",
    },
  ),
  scenario(
    "a port moves with a restart",
    start("c1", "-p", "127.0.0.1:$port:80", ...web),
    ["restart", "-t", "0", "c1"],
    { fetch: "http://127.0.0.1:$port/index.html" },
  ),
  scenario(
    "port: none published, another port, what is not there",
    start("c1", "busybox", "sleep", "60"),
    ["port", "c1"],
    ["port", "c1", "80"],
    ["port", "nothing"],
  ),
  scenario(
    "bad ports",
    run("-p", "x:80", "busybox"),
    run("-p", "80:x", "busybox"),
    run("-p", "99999:80", "busybox"),
    run("-p", "1.2.3:80:80", "busybox"),
    run("-p", "80:80/icmp", "busybox"),
    run("--expose", "x", "busybox"),
  ),
  scenario("a host address that is not ours", ["run", "--rm", "-p", "192.0.2.1:$port:80", "busybox", "true"]),
  scenario(
    "a fixed MAC address",
    run("--mac-address", "02:00:00:00:00:05", ...sh("cat /sys/class/net/eth0/address | tr ':' '.'")),
    run("--mac-address", "nonsense", "busybox", "true"),
  ),
  scenario("an address of one's choice needs a network of one's own", run("--ip", "10.1.2.3", "busybox", "true")),
  scenario("an alias needs a network of one's own", run("--network-alias", "x", "busybox", "true")),
  scenario(
    "options that do not go together",
    run("--network", "host", "-h", "x", "busybox", "hostname"),
    run("--network", "none", "-p", "80:80", "busybox", "true"),
    ["create", "--network", "container:x", "-p", "80:80", "busybox"],
    ["create", "--network", "container:x", "-h", "y", "busybox"],
  ),
];
