import { expect, test } from "bun:test";
import { matchesEvent } from "./event-filter.ts";
import type { EngineEvent } from "./events-service.ts";

const event: EngineEvent = {
  type: "container",
  action: "exec_create: ls -l",
  id: "abcdef0123456789",
  attributes: { name: "web", image: "localhost:5000/team/app:1", tier: "front", empty: "" },
  timeNano: 1n,
};
const matches = (filters: Record<string, string[]>) => matchesEvent(new Map(Object.entries(filters)), event);

const passing: Record<string, string[]>[] = [
  {},
  { type: ["container"] },
  { type: ["image", "container"] },
  { event: ["exec_create"] },
  { event: ["exec_create: ls -l"] },
  { scope: ["local"] },
  { container: ["abcdef"] },
  { container: ["we"] },
  { image: ["localhost:5000/team/app:1"] },
  { image: ["localhost:5000/team/app"] },
  { label: ["tier=front", "empty"] },
];
for (const filters of passing)
  test(`${JSON.stringify(filters)} lets the event pass`, () => {
    expect(matches(filters)).toBe(true);
  });

const stopping: Record<string, string[]>[] = [
  { type: ["image"] },
  { event: ["exec"] },
  { event: ["exec_create: ls"] },
  { scope: ["swarm"] },
  { container: ["xyz"] },
  { volume: ["web"] },
  { type: ["container"], event: ["die"] },
  { image: ["localhost:5000/team"] },
  { label: ["tier=front", "tier=back"] },
  { label: ["constructor"] },
];
for (const filters of stopping)
  test(`${JSON.stringify(filters)} keeps the event back`, () => {
    expect(matches(filters)).toBe(false);
  });
