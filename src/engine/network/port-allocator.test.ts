import { expect, test } from "bun:test";
import { PortAllocator } from "./port-allocator.ts";

const request = (hostPorts?: { first: number; last: number }) =>
  ({ protocol: "tcp", containerPort: 80, hostAddress: "", hostPorts }) as const;
const exactly = (port: number) => ({ first: port, last: port });
const allocator = () => new PortAllocator({ first: 100, last: 102 });

test("a port is taken on all addresses once it is taken on 0.0.0.0, and the other way round", () => {
  const ports = allocator();
  ports.allocate(request(exactly(80)), "0.0.0.0");
  expect(() => ports.allocate(request(exactly(80)), "127.0.0.1")).toThrow(
    "Bind for 127.0.0.1:80 failed: port is already allocated",
  );
  ports.allocate(request(exactly(81)), "127.0.0.1");
  expect(ports.allocate(request(exactly(81)), "127.0.0.2").hostPort).toBe(81);
  expect(() => ports.allocate(request(exactly(81)), "0.0.0.0")).toThrow("Bind for 0.0.0.0:81 failed");
});

test("tcp and udp do not meet", () => {
  const ports = allocator();
  ports.allocate(request(exactly(53)), "0.0.0.0");
  expect(ports.allocate({ ...request(exactly(53)), protocol: "udp" }, "0.0.0.0").hostPort).toBe(53);
});

test("any port means the next of the ephemeral range, round and round", () => {
  const ports = allocator();
  const first = ports.allocate(request(), "0.0.0.0");
  expect(first.hostPort).toBe(100);
  ports.release(first);
  const next = [
    ports.allocate(request(), "0.0.0.0"),
    ports.allocate(request(), "0.0.0.0"),
    ports.allocate(request(), "0.0.0.0"),
  ];
  expect(next.map((port) => port.hostPort)).toEqual([101, 102, 100]);
  expect(() => ports.allocate(request(), "0.0.0.0")).toThrow("all ports are allocated");
});

test("a range gives its first free port", () => {
  const ports = allocator();
  ports.allocate(request(exactly(8000)), "0.0.0.0");
  expect(ports.allocate(request({ first: 8000, last: 8001 }), "0.0.0.0").hostPort).toBe(8001);
  expect(() => ports.allocate(request({ first: 8000, last: 8001 }), "0.0.0.0")).toThrow("all ports are allocated");
});
