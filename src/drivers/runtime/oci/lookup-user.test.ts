import { expect, test } from "bun:test";
import type { RuntimeError } from "../runtime-driver.ts";
import { lookupUser } from "./lookup-user.ts";

const files = {
  passwd:
    "# comment\nroot:x:0:0:root:/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\nbroken line\n77:x:2000:2000::/odd:\n",
  group: "root:x:0:\nwheel:x:10:root,ann\naudio:x:29:ann\nann:x:1001:\n",
};
const nobody = { passwd: undefined, group: undefined };

function refusal(user: string, groupAdd: readonly string[] = [], of: typeof files | typeof nobody = files): string {
  try {
    lookupUser(user, groupAdd, of);
  } catch (error) {
    expect((error as RuntimeError).reason).toBe("description");
    return (error as RuntimeError).detail;
  }
  throw new Error("it was found");
}

test("nobody named is root, with root's groups and home", () => {
  expect(lookupUser("", [], files)).toEqual({ uid: 0, gid: 0, additionalGids: [0, 10], home: "/root" });
  expect(lookupUser("", [], nobody)).toEqual({ uid: 0, gid: 0, additionalGids: [0], home: "/" });
});

test("a name or its number gives group, supplementary groups and home", () => {
  const ann = { uid: 1000, gid: 1001, additionalGids: [1001, 10, 29], home: "/home/ann" };
  expect(lookupUser("ann", [], files)).toEqual(ann);
  expect(lookupUser("1000", [], files)).toEqual(ann);
});

test("a group that is named takes the place of all groups of the files", () => {
  expect(lookupUser("ann:wheel", [], files)).toMatchObject({ gid: 10, additionalGids: [10] });
  expect(lookupUser("ann:4711", [], files)).toMatchObject({ gid: 4711, additionalGids: [4711] });
});

test("a number need not be in the files", () => {
  expect(lookupUser("3000", [], files)).toEqual({ uid: 3000, gid: 0, additionalGids: [0], home: "/" });
  expect(lookupUser("3000:3001", [], nobody)).toEqual({ uid: 3000, gid: 3001, additionalGids: [3001], home: "/" });
});

test("added groups may be names or numbers", () => {
  expect(lookupUser("ann", ["root", "5", "wheel"], files).additionalGids).toEqual([1001, 10, 29, 0, 5]);
});

test("a user whose name is a number is found by it", () => {
  expect(lookupUser("77", [], files)).toMatchObject({ uid: 2000, home: "/odd" });
});

test("what is not there is refused in docker's words", () => {
  expect(refusal("foo")).toBe("unable to find user foo: no matching entries in passwd file");
  expect(refusal("foo", [], nobody)).toBe("unable to find user foo: no matching entries in passwd file");
  expect(refusal("root:foo")).toBe("unable to find group foo: no matching entries in group file");
  expect(refusal("root", ["foo"])).toBe("unable to find group foo: no matching entries in group file");
  expect(refusal("99999999999")).toBe("uids and gids must be in range 0-2147483647");
  expect(refusal("0:-1")).toBe("uids and gids must be in range 0-2147483647");
});

test("files stuffed with short lines cost neither memory nor time", () => {
  for (const line of [":\n", "a:x:1:1::/:\n", "a:x:1:a,b,c,d\n", "\n", "root:x:1:root\n"]) {
    const text = line.repeat(Math.floor((4 * 1024 * 1024) / line.length));
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const found = lookupUser("5", ["6"], { passwd: text, group: text });
    expect(found.additionalGids).toEqual([0, 6]);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  }
});

test("no user is in more groups than the kernel takes", () => {
  const group = Array.from({ length: 70_000 }, (_, gid) => `g${gid}:x:${gid}:root`).join("\n");
  const { additionalGids } = lookupUser("root", [], { passwd: "root:x:0:0::/:", group });
  expect(additionalGids.length).toBeLessThanOrEqual(65_536);
});
