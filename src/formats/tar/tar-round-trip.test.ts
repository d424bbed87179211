import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { type TarEntry, type TarType, tarEntry } from "./tar-entry.ts";
import { decodeName, encodeName } from "./tar-name.ts";
import { TarReader } from "./tar-reader.ts";
import { encodeTarHeader, endOfArchive, tarPadding } from "./tar-writer.ts";

interface Member {
  readonly entry: TarEntry;
  readonly content: Buffer;
}

const nameBytes = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 ? 0x61 : byte))));
const name = fc.oneof(
  fc.stringMatching(/^[a-z/]{1,280}$/).filter((text) => !text.endsWith("/")),
  nameBytes.map(decodeName).filter((text) => !text.endsWith("/")),
);
const id = fc.oneof(fc.nat(0o7777777), fc.nat({ max: 2 ** 31 - 1 }), fc.constant(2 ** 32 - 2));
const modified = fc.record({
  seconds: fc.oneof(fc.nat(), fc.integer(), fc.constantFrom(0, -1, 8 ** 11 - 1, 8 ** 11)),
  nanoseconds: fc.oneof(fc.constant(0), fc.nat(999_999_999)),
});
const xattrs = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^(user|security)\.[a-z.]{1,20}$/), fc.uint8Array({ maxLength: 40 })), {
    maxLength: 3,
    selector: ([key]) => key,
  })
  .map((pairs) => new Map(pairs));

const member: fc.Arbitrary<Member> = fc
  .record({
    path: name,
    type: fc.constantFrom<TarType[]>(
      "file",
      "directory",
      "symlink",
      "hardlink",
      "character-device",
      "block-device",
      "fifo",
    ),
    mode: fc.nat(0o7777),
    uid: id,
    gid: id,
    userName: fc.stringMatching(/^[a-z]{0,40}$/),
    groupName: fc.oneof(fc.constant("grüppe"), fc.constant("")),
    modified,
    linkTarget: name,
    device: fc.tuple(fc.nat(0o7777777), fc.nat(0o7777777)),
    xattrs,
    content: fc.oneof(fc.constant(new Uint8Array(512)), fc.uint8Array({ maxLength: 1500 })),
  })
  .map(({ device, content, linkTarget, ...facts }) => {
    const isLink = facts.type === "symlink" || facts.type === "hardlink";
    const isDevice = facts.type.endsWith("device");
    const bytes = facts.type === "file" ? Buffer.from(content) : Buffer.alloc(0);
    const entry = tarEntry({
      ...facts,
      sizeBytes: bytes.length,
      linkTarget: isLink ? linkTarget : "",
      deviceMajor: isDevice ? device[0] : 0,
      deviceMinor: isDevice ? device[1] : 0,
    });
    return { entry, content: bytes };
  });

function archive(members: readonly Member[]): Buffer {
  return Buffer.concat([
    ...members.flatMap(({ entry, content }) => [encodeTarHeader(entry), content, tarPadding(content.length)]),
    endOfArchive,
  ]);
}

function readAll(bytes: Buffer, chunkSize: number): Member[] {
  const members: { entry: TarEntry; content: Buffer }[] = [];
  const reader = new TarReader({
    entry: (entry) => members.push({ entry, content: Buffer.alloc(0) }),
    data: (piece) => {
      members.at(-1)!.content = Buffer.concat([members.at(-1)!.content, piece]);
    },
    entryEnd: () => {},
  });
  for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize));
  reader.end();
  return members;
}

test("what is written is read back the same, whatever the chunks", () => {
  fc.assert(
    fc.property(fc.array(member, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), (members, chunkSize) => {
      const back = readAll(archive(members), chunkSize);
      expect(back.map(plain)).toEqual(members.map(plain));
    }),
    { numRuns: 150 },
  );
});

function plain({ entry, content }: Member) {
  const xattrs = [...entry.xattrs].map(([key, value]) => `${key}=${Buffer.from(value).toString("hex")}`).sort();
  return { ...entry, xattrs, content: content.toString("hex") };
}

test("any bytes survive as a name", () => {
  fc.assert(
    fc.property(nameBytes, (bytes) => {
      expect(encodeName(decodeName(bytes))).toEqual(bytes);
    }),
  );
});

test("valid names are ordinary text", () => {
  for (const text of ["plain", "grün/ñ", "\u{1F600}", "\uFFFD", "\uFEFFx"])
    expect(decodeName(Buffer.from(text))).toBe(text);
});

test("an archive cut anywhere inside an entry is an error", () => {
  const members = [
    { entry: tarEntry({ path: "x".repeat(120), type: "file", sizeBytes: 700 }), content: Buffer.alloc(700, 1) },
  ];
  const whole = archive(members);
  const entryEnd = whole.length - endOfArchive.length;
  for (let length = 1; length < entryEnd; length += 61)
    expect(() => readAll(whole.subarray(0, length), 512)).toThrow("unexpected EOF");
  expect(readAll(whole.subarray(0, entryEnd), 512)).toHaveLength(1);
});

test("a flipped bit in a header is found", () => {
  const whole = archive([{ entry: tarEntry({ path: "file", type: "file" }), content: Buffer.alloc(0) }]);
  whole[5]! ^= 1;
  expect(() => readAll(whole, 512)).toThrow("invalid tar header");
});
