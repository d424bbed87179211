import { expect, test } from "bun:test";
import { parsePorts } from "./ports.ts";

const bindings = (...publish: string[]) => parsePorts(publish, []).bindings;

test.each([
  ["80", { "80/tcp": [{ HostIp: "", HostPort: "" }] }],
  ["8080:80", { "80/tcp": [{ HostIp: "", HostPort: "8080" }] }],
  ["127.0.0.1::53/udp", { "53/udp": [{ HostIp: "127.0.0.1", HostPort: "" }] }],
  ["[::1]:8080:80", { "80/tcp": [{ HostIp: "::1", HostPort: "8080" }] }],
  ["8000-8010:80", { "80/tcp": [{ HostIp: "", HostPort: "8000-8010" }] }],
  ["8080-8081:80-81", { "80/tcp": [{ HostIp: "", HostPort: "8080" }], "81/tcp": [{ HostIp: "", HostPort: "8081" }] }],
  ["published=8080,target=80,protocol=udp", { "80/udp": [{ HostIp: "", HostPort: "8080" }] }],
])("-p %s", (text, expected) => {
  expect(bindings(text)).toEqual(expected);
});

test("a published port is exposed, and --expose takes ranges", () => {
  expect(Object.keys(parsePorts(["8080:80"], ["90-91/udp"]).exposed)).toEqual(["80/tcp", "90/udp", "91/udp"]);
});

test.each([
  ["x", 'invalid range format for --expose: x, error: strconv.ParseUint: parsing "x": invalid syntax'],
  ["90-80", "invalid range format for --expose: 90-80, error: Invalid range specified for the Port: 90-80"],
  ["1:2", "invalid port format for --expose: 1:2"],
])("--expose %s is refused", (text, message) => {
  expect(() => parsePorts([], [text])).toThrow(message);
});

test.each([
  ["99999:80", "Invalid hostPort: 99999"],
  ["8080:x", "Invalid containerPort: x"],
  ["8080:80/icmp", "Invalid proto: icmp"],
  ["300.x:8080:80", "Invalid ip address: 300.x"],
  ["8080-8082:80-81", "Invalid ranges specified for container and host Ports: 80-81 and 8080-8082"],
  ["8080:", "No port specified"],
])("-p %s is refused", (text, message) => {
  expect(() => bindings(text)).toThrow(message);
});
