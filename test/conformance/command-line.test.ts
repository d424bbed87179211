import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wherryProgram } from "../support/daemon.ts";
import { conformanceSuite } from "./conformance.suite.ts";
import { commandLineDifferences, differences } from "./differences.ts";

// Our engine under our command line, called by docker's name: the user sees the same as with docker.
const folder = mkdtempSync(join(tmpdir(), "wherry-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const link = join(folder, "docker");
symlinkSync(wherryProgram, link);
conformanceSuite({ differences: [...differences, ...commandLineDifferences], cli: link });
