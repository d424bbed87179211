import { expect, test } from "bun:test";
import { capabilityChanges } from "./capabilities.ts";

test("names are made whole, sorted and said once", () => {
  expect(capabilityChanges(["net_admin", "CAP_CHOWN", "NET_ADMIN"], []).CapAdd).toEqual(["CAP_CHOWN", "CAP_NET_ADMIN"]);
});

test("ALL stands for every other name, and what is added is not dropped", () => {
  expect(capabilityChanges(["kill", "all"], ["KILL", "CHOWN"])).toEqual({
    CapAdd: ["ALL"],
    CapDrop: ["CAP_CHOWN", "CAP_KILL"],
  });
  expect(capabilityChanges(["kill"], ["KILL", "chown"]).CapDrop).toEqual(["CAP_CHOWN"]);
});
