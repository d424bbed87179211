import { expect, test } from "bun:test";
import { naturalOrder } from "./natural-order.ts";

test("numbers in names are counted, and other characters compared", () => {
  const names = ["web10", "web2", "68ca", "9b20", "0706", "db", "web", "web02"];
  expect(names.sort(naturalOrder)).toEqual(["9b20", "68ca", "0706", "db", "web", "web2", "web02", "web10"]);
});
