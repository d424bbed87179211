import { expect, test } from "bun:test";
import { applyChanges } from "./config-changes.ts";
import type { RunConfig } from "./run-config.ts";

// The expectations were recorded from dockerd 28.5, `docker import --change`.
test.each<[string, RunConfig]>([
  ['CMD ["sh"]', { Cmd: ["sh"] }],
  ["CMD sh -c x", { Cmd: ["/bin/sh", "-c", "sh -c x"] }],
  ["CMD", { Cmd: ["/bin/sh", "-c"] }],
  ['CMD ["unterminated', { Cmd: ["/bin/sh", "-c", '["unterminated'] }],
  ["ENTRYPOINT x y", { Entrypoint: ["/bin/sh", "-c", "x y"] }],
  ["env A=b C=d", { Env: ["A=b", "C=d"] }],
  ["ENV a b c", { Env: ["a=b c"] }],
  ['ENV A="b c" D=e\\ f', { Env: ["A=b c", "D=e f"] }],
  ["ENV A=1\nENV B=$A-${A} C='$A' D=${X:-y} E=${A:+z} A=2", { Env: ["A=2", "B=1-1", "C=$A", "D=y", "E=z"] }],
  ["ENV A=\nENV B=${A-x} C=${A:-x} D=${A+x} E=${A:+x} F=${A?x}", { Env: ["A=", "B=", "C=x", "D=x", "E=", "F="] }],
  ["EXPOSE 80 90/udp", { ExposedPorts: { "80/tcp": {}, "90/udp": {} } }],
  ["EXPOSE 80-82/tcp", { ExposedPorts: { "80/tcp": {}, "81/tcp": {}, "82/tcp": {} } }],
  ['LABEL "a b"="c d"', { Labels: { "a b": "c d" } }],
  ["USER u", { User: "u" }],
  ["WORKDIR rel", { WorkingDir: "/rel" }],
  ["WORKDIR /a\nWORKDIR b", { WorkingDir: "/a/b" }],
  ["VOLUME /v /w", { Volumes: { "/v": {}, "/w": {} } }],
  ['VOLUME ["/a","/b"]', { Volumes: { "/a": {}, "/b": {} } }],
  ["STOPSIGNAL SIGINT", { StopSignal: "SIGINT" }],
  ["STOPSIGNAL RTMIN+3", { StopSignal: "RTMIN+3" }],
  ["ONBUILD RUN x", { OnBuild: ["RUN x"] }],
  ["HEALTHCHECK NONE", { Healthcheck: { Test: ["NONE"] } }],
  [
    "HEALTHCHECK --interval=1m30s --retries=3 CMD true",
    { Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 90e9, Retries: 3 } },
  ],
  ['HEALTHCHECK CMD ["a","b"]', { Healthcheck: { Test: ["CMD", "a", "b"] } }],
  ["# a comment\nUSER \\\n  u", { User: "u" }],
])("%s", (changes, config) => {
  expect(applyChanges({}, changes.split("|"))).toEqual(config);
});

test.each([
  ["RUN x", "RUN is not a valid change command"],
  ["constructor x", "CONSTRUCTOR is not a valid change command"],
  ["ENV", "ENV requires at least one argument"],
  ["ENV x", "ENV must have two arguments"],
  ["ENV a=b c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value'],
  ["ENV =b", "ENV names can not be blank"],
  ["LABEL a", "LABEL must have two arguments"],
  ["EXPOSE abc", "Invalid containerPort: abc"],
  ["EXPOSE 99999", "Invalid containerPort: 99999"],
  ["EXPOSE 80/x", "Invalid proto: x"],
  ["STOPSIGNAL FOO", "invalid signal: FOO"],
  ["HEALTHCHECK", "HEALTHCHECK requires at least one argument"],
  ["HEALTHCHECK FOO", 'Unknown type "FOO" in HEALTHCHECK (try CMD)'],
  ["HEALTHCHECK --interval=1ns CMD a", 'Interval "interval" cannot be less than 1ms'],
  ["HEALTHCHECK --x=1 CMD a", "Unknown flag: x"],
  ["HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"],
  ["VOLUME", "VOLUME requires at least one argument"],
  ["USER", "USER requires exactly one argument"],
  ["ONBUILD", "ONBUILD requires at least one argument"],
  ["ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"],
  ["# only a comment", "file with no instructions"],
  ['USER "u', 'failed to process "\\"u": unexpected end of statement while looking for matching double-quote'],
  ["ENV A=${b?c}", 'failed to process "${b?c}": b: c'],
  ["ENV A=${b", "unsupported modifier or missing }"],
])("%s is refused", (change, message) => {
  expect(() => applyChanges({}, [change])).toThrow(message);
});

test("several changes are one text, applied in order over what was there", () => {
  const config = applyChanges({ Env: ["A=old", "B=b"], Labels: { x: "y" } }, ["ENV A=new", "LABEL z=1", "CMD a"]);
  expect(config).toEqual({ Env: ["A=new", "B=b"], Labels: { x: "y", z: "1" }, Cmd: ["/bin/sh", "-c", "a"] });
});

test("no changes leave the config alone", () => {
  const config = { Cmd: ["x"] };
  expect(applyChanges(config, [])).toBe(config);
});
