import { expect, test } from "bun:test";
import { rfc3339, rfc3339Now } from "./rfc3339.ts";

test("digits of the second that are zero at the end are left out", () => {
  expect(rfc3339(0)).toBe("1970-01-01T00:00:00Z");
  expect(rfc3339(1_500)).toBe("1970-01-01T00:00:01.5Z");
  expect(rfc3339(1_000.25)).toBe("1970-01-01T00:00:01.00025Z");
});

test("rounding may carry into the next second", () => {
  expect(rfc3339(1_999.9999)).toBe("1970-01-01T00:00:02Z");
});

test("the clock tells about what Date tells", () => {
  expect(Math.abs(Date.parse(rfc3339Now()) - Date.now())).toBeLessThan(1000);
});
