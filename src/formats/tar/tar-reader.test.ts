import { expect, test } from "bun:test";
import { checksumOf } from "./header-block.ts";
import { formatPaxRecords } from "./pax-records.ts";
import { tarEntries } from "./tar-entries.ts";
import { type TarEntry, tarEntry } from "./tar-entry.ts";
import { TarReader } from "./tar-reader.ts";
import { encodeTarHeader, endOfArchive, packTar, tarPadding } from "./tar-writer.ts";

/** A header as other programs write it: an ordinary one with bytes put over it. */
function header(facts: Partial<TarEntry>, over: Readonly<Record<number, string | Uint8Array>> = {}): Buffer {
  const block = encodeTarHeader(tarEntry({ path: "file", type: "file", ...facts }));
  for (const [offset, value] of Object.entries(over))
    Buffer.from(value as string, "latin1").copy(block, Number(offset));
  block.write(`${checksumOf(block).unsigned.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

const typeFlag = 156;

function padded(body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([bytes, tarPadding(bytes.length)]);
}

function extended(flag: "x" | "g" | "L" | "K", body: Uint8Array | string): Buffer {
  return Buffer.concat([header({ sizeBytes: body.length }, { [typeFlag]: flag }), padded(body)]);
}

const pax = (records: Readonly<Record<string, string>>, flag: "x" | "g" = "x") =>
  extended(flag, formatPaxRecords(Object.entries(records).map(([keyword, value]) => [keyword, Buffer.from(value)])));

interface Read {
  readonly entry: TarEntry;
  content: string;
}

/** Content with holes as dots. */
function read(...parts: readonly Uint8Array[]): Read[] {
  const found: Read[] = [];
  const reader = new TarReader({
    entry: (entry) => found.push({ entry, content: "" }),
    data: (bytes, offset) => {
      found.at(-1)!.content = found.at(-1)!.content.padEnd(offset, ".") + bytes.toString("latin1");
    },
    entryEnd: () => {
      const last = found.at(-1)!;
      if (last.entry.sizeBytes < 100) last.content = last.content.padEnd(last.entry.sizeBytes, ".");
    },
  });
  for (const part of [...parts, endOfArchive]) reader.push(part);
  reader.end();
  return found;
}

const only = (...parts: readonly Uint8Array[]): Read => {
  const found = read(...parts);
  expect(found).toHaveLength(1);
  return found[0]!;
};

test("GNU long names replace the header's", () => {
  const long = "a/".repeat(200);
  const { entry } = only(
    extended("L", `${long}name\0`),
    extended("K", `${long}target\0`),
    header({ type: "symlink", linkTarget: "cut" }),
  );
  expect(entry.path).toBe(`${long}name`);
  expect(entry.linkTarget).toBe(`${long}target`);
});

test("a PAX header counts for one entry, a global one for all that follow", () => {
  const found = read(
    pax({ uid: "77", uname: "all" }, "g"),
    pax({ uid: "5000000000" }),
    header({}),
    header({ uid: 1 }),
    pax({ uid: "" }),
    header({ uid: 3 }),
  );
  expect(found.map(({ entry }) => [entry.uid, entry.userName])).toEqual([
    [5_000_000_000, "all"],
    [77, "all"],
    [3, "all"],
  ]);
});

test("base-256 numbers are read, negative times too", () => {
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  const { entry } = only(
    header({}, { 108: Buffer.from([0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe]), 124: size, 136: Buffer.alloc(12, 0xff) }),
  );
  expect(entry.uid).toBe(2 ** 32 - 2);
  expect(entry.modified).toEqual({ seconds: -1, nanoseconds: 0 });
});

test("times before 1970 with a fraction count upwards", () => {
  expect(only(pax({ mtime: "-5.5" }), header({})).entry.modified).toEqual({ seconds: -6, nanoseconds: 500_000_000 });
  expect(only(pax({ mtime: "1.0000000019" }), header({})).entry.modified).toEqual({ seconds: 1, nanoseconds: 1 });
});

test("the prefix field belongs to ustar names only", () => {
  expect(only(header({}, { 345: "prefix" })).entry.path).toBe("prefix/file");
  expect(only(header({}, { 257: "ustar  \0", 345: "prefix" })).entry.path).toBe("file");
});

test("a name that ends in a slash was a directory before there was a type for it", () => {
  expect(only(header({ path: "old/" }, { [typeFlag]: "\0" })).entry.type).toBe("directory");
});

test("only files have content, whatever the size field says", () => {
  const found = read(header({ path: "d/", type: "directory", sizeBytes: 5000 }), header({ path: "next" }));
  expect(found.map(({ entry }) => [entry.path, entry.sizeBytes])).toEqual([
    ["d/", 0],
    ["next", 0],
  ]);
});

const octal = (value: number) => `${value.toString(8).padStart(11, "0")}\0`;

test("GNU sparse: extents in the header and in extension blocks", () => {
  const extension = Buffer.alloc(512);
  extension.write(octal(10) + octal(2), 0, "latin1");
  const block = header(
    { sizeBytes: 6 },
    {
      [typeFlag]: "S",
      257: "ustar  \0",
      386: octal(0) + octal(2) + octal(3) + octal(2),
      482: "\x01",
      483: octal(14),
    },
  );
  expect(only(block, extension, padded("abcdef")).content).toBe("ab.cd.....ef..");
});

test("PAX sparse in its three versions", () => {
  const names = { "GNU.sparse.name": "real", "GNU.sparse.size": "7" };
  const body = padded("abcd");
  const offsets = formatPaxRecords([
    ["GNU.sparse.size", Buffer.from("7")],
    ["GNU.sparse.offset", Buffer.from("1")],
    ["GNU.sparse.numbytes", Buffer.from("2")],
    ["GNU.sparse.offset", Buffer.from("4")],
    ["GNU.sparse.numbytes", Buffer.from("2")],
  ]);
  expect(only(extended("x", offsets), header({ sizeBytes: 4 }), body).content).toBe(".ab.cd.");
  const first = only(pax({ ...names, "GNU.sparse.map": "1,2,4,2" }), header({ sizeBytes: 4 }), body);
  expect([first.entry.path, first.content]).toEqual(["real", ".ab.cd."]);
  const inContent = pax({ ...names, "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "7" });
  const map = padded("2\n1\n2\n4\n2\n");
  expect(only(inContent, header({ sizeBytes: 516 }), map, body).content).toBe(".ab.cd.");
});

test("sparse maps that lie are refused", () => {
  const sparse = (map: string) => [
    pax({ "GNU.sparse.size": "7", "GNU.sparse.map": map }),
    header({ sizeBytes: 4 }),
    padded("abcd"),
  ];
  for (const map of ["0,2,1,2", "0,2,6,2", "0,2", "0,9007199254740991", "1,2,4"])
    expect(() => read(...sparse(map))).toThrow("sparse map");
});

test("hostile headers are refused", () => {
  expect(() => read(header({}, { 124: Buffer.alloc(12, 0xff) }))).toThrow("negative size");
  expect(() => read(header({}, { 124: "99999999999\0" }))).toThrow("invalid tar header");
  expect(() => read(header({ sizeBytes: 2 << 20 }, { [typeFlag]: "x" }))).toThrow("too large");
  expect(() => read(header({}, { [typeFlag]: "Z" }))).toThrow('unsupported entry type "Z"');
  expect(() => read(pax({ size: "-1" }), header({}))).toThrow("malformed");
  expect(() => read(pax({ path: "a\0b" }), header({}))).toThrow("malformed");
  for (const body of ["9 a=b\n", "5 ab\n", "x a=b\n", "999999999999999999999 a=b\n", "0 a=b\n"])
    expect(() => read(extended("x", body), header({}))).toThrow("malformed");
  expect(() => read(Buffer.alloc(512), header({}))).toThrow("zeros");
});

test("xattrs are raw bytes", () => {
  const value = Buffer.from([0xff, 0x0a, 0x3d, 0x00, 0x80]);
  const body = formatPaxRecords([["SCHILY.xattr.security.capability", value]]);
  expect([...only(extended("x", body), header({})).entry.xattrs]).toEqual([["security.capability", value]]);
});

test("an archive without its end mark is whole, one that ends behind an extended header is not", () => {
  const reader = new TarReader({ entry: () => {}, data: () => {}, entryEnd: () => {} });
  reader.push(header({}));
  reader.end();
  reader.push(pax({ path: "lost" }));
  expect(() => reader.end()).toThrow("unexpected EOF");
});

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("entries are read one by one, skipped or with their content and holes", async () => {
  const archive = Buffer.concat([
    packTar([{ path: "skipped", type: "file", content: "x".repeat(2000) }]).subarray(0, -1024),
    pax({ "GNU.sparse.size": "70000", "GNU.sparse.map": "69999,1" }),
    header({ path: "sparse", sizeBytes: 1 }),
    padded("e"),
    packTar([{ path: "last", type: "file", content: "last" }]),
  ]);
  const seen: [string, number][] = [];
  for await (const { entry, content } of tarEntries(chunksOf(archive, 700))) {
    if (entry.path === "skipped") continue;
    const pieces = await Array.fromAsync(content());
    seen.push([entry.path, Buffer.concat(pieces).length]);
  }
  expect(seen).toEqual([
    ["sparse", 70_000],
    ["last", 4],
  ]);
});
