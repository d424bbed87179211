import { afterEach, expect, test } from "bun:test";
import { RuntimeError } from "#drivers/runtime/runtime-driver.ts";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { updateContainer } from "./update.ts";

afterEach(removeMachines);

test("limits of a running container are set by the runtime before they are recorded", async () => {
  const world = await containerWorld();
  const id = await world.run("web", { host: { Memory: 64 << 20, MemorySwap: 64 << 20 } });
  await updateContainer(world, "web", { Memory: 96 << 20, MemorySwap: 96 << 20, CpuShares: 0 });
  expect(world.runtime.updates.get(id)).toMatchObject({ memoryBytes: 96 << 20, memorySwapBytes: 96 << 20 });
  expect(world.record("web").hostConfig.Memory).toBe(96 << 20);
  expect(updateContainer(world, "web", { Memory: 128 << 20 })).rejects.toThrow("already set memoryswap limit");
  expect(updateContainer(world, "web", { KernelMemory: 1 << 20 })).rejects.toThrow("not supported");
  world.runtime.failNext("update", new RuntimeError("no", "device or resource busy", { reason: "other" }));
  expect(updateContainer(world, "web", { PidsLimit: 5 })).rejects.toThrow(
    `Cannot update container ${id}: device or resource busy`,
  );
  expect(world.record("web").hostConfig.PidsLimit ?? 0).toBe(0);
});
