import { expect, test } from "bun:test";
import { ApiError } from "#client/api-error.ts";
import { inspectEach, ObjectNotFound } from "./inspect-each.ts";
import type { Out } from "./out.ts";

const objects: Readonly<Record<string, unknown>> = { web: { Id: "abc", Labels: { a: "<b>" } }, db: { Id: "def" } };

async function inspect(refs: readonly string[], format?: string) {
  let stdout = "";
  let stderr = "";
  const out = {
    line: (text: string) => (stdout += `${text}\n`),
    error: (text: string) => (stderr += `${text}\n`),
  } as unknown as Out;
  const find = async (ref: string) => {
    if (ref === "broken") throw new ApiError(500, "no");
    if (!objects[ref]) throw new ObjectNotFound(ref);
    return structuredClone(objects[ref]);
  };
  const code = await inspectEach(out, refs, format, find).catch((error: Error & { exitCode: number }) => {
    stderr += error.message;
    return error.exitCode;
  });
  return { code, stdout, stderr };
}

test("what is found is one array; what is not is told behind it", async () => {
  expect(await inspect(["db", "nope", "broken"])).toEqual({
    code: 1,
    stdout: '[\n    {\n        "Id": "def"\n    }\n]\n',
    stderr: "Error: No such object: nope\nError response from daemon: no\n",
  });
  expect(await inspect(["nope"])).toMatchObject({ stdout: "[]\n", code: 1 });
});

test("a template is run for each, with Go's name of the id", async () => {
  expect(await inspect(["web", "db"], "{{.ID}} {{.Id}}")).toMatchObject({ code: 0, stdout: "abc abc\ndef def\n" });
});

test("json escapes as Go's encoder does, a template's json does not", async () => {
  expect((await inspect(["web"], "json")).stdout).toBe('[{"Id":"abc","Labels":{"a":"\\u003cb\\u003e"}}]\n');
  expect((await inspect(["web"], "{{json .Labels}}")).stdout).toBe('{"a":"<b>"}\n');
});

test("a field that is missing ends the command below an empty line", async () => {
  expect(await inspect(["web"], "{{.Nope}}")).toEqual({
    code: 1,
    stdout: "\n",
    stderr: 'template parsing error: template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"',
  });
});

test("a template that cannot be parsed ends it with 64, before anything is asked", async () => {
  expect(await inspect(["web"], "{{.Nope")).toMatchObject({ code: 64, stdout: "" });
});
