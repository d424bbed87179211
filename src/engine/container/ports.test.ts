import { expect, test } from "bun:test";
import { portRequests, validatePorts } from "./ports.ts";

test("bindings name host address and port; empty means any", () => {
  const PortBindings = { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }], "53/udp": [{ HostPort: "" }] };
  expect(portRequests({}, { PortBindings })).toEqual([
    { protocol: "udp", containerPort: 53, hostAddress: "", hostPorts: undefined },
    { protocol: "tcp", containerPort: 80, hostAddress: "127.0.0.1", hostPorts: { first: 8080, last: 8080 } },
  ]);
});

test("a host port may be a range", () => {
  expect(portRequests({}, { PortBindings: { "80/tcp": [{ HostPort: "1-3" }] } })[0]?.hostPorts).toEqual({
    first: 1,
    last: 3,
  });
});

test("publishing all ports takes the exposed ones without a binding", () => {
  const config = { ExposedPorts: { "80/tcp": {}, "443/tcp": {} } };
  const requests = portRequests(config, { PublishAllPorts: true, PortBindings: { "80/tcp": [{ HostPort: "8080" }] } });
  expect(requests.map(({ containerPort, hostPorts }) => [containerPort, hostPorts?.first])).toEqual([
    [80, 8080],
    [443, undefined],
  ]);
});

test.each(["99999", "abc", "3-1", "-1"])("the host port %p is refused", (HostPort) => {
  expect(() => validatePorts({ PortBindings: { "80/tcp": [{ HostPort }] } })).toThrow("invalid port specification");
});

test("a container port out of range or of another protocol is refused", () => {
  expect(() => validatePorts({ PortBindings: { "99999/tcp": [] } })).toThrow('invalid port specification: "99999"');
  expect(() => validatePorts({ PortBindings: { "80/xx": [] } })).toThrow('invalid proto: "xx"');
});
