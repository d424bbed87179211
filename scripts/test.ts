import process from "node:process";
import { Glob } from "bun";
import { gateSteps } from "./gate-steps.ts";
import { addTotals, closingLine, noTests, type Totals, totalsOfBunTest } from "./test-totals.ts";

// `make test`: installs what is missing, then everything: the gate, unit tests, the build, and the tests that need the
// executable, real containers and root. Goes on after failures; the last line reads "N passed, N failed".

const minute = 60_000;
const inCi = process.env["CI"] === "true";
const path = `${process.cwd()}/node_modules/.bin:${process.env["PATH"]}:/usr/sbin:/sbin`;
const report: string[] = [];
let totals: Totals = noTests;

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a program, shows what it prints and keeps it. When its time is over it ends with everything it has started. */
async function run(argv: readonly string[], boundMs: number): Promise<Ended> {
  console.log(`\n$ ${argv.join(" ")}`);
  const child = Bun.spawn([...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, PATH: path },
    detached: true, // a process group of its own, to be ended as one
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.kill(-child.pid, "SIGKILL");
  }, boundMs);
  let output = "";
  const show = async (stream: ReadableStream<Uint8Array>, target: NodeJS.WriteStream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      target.write(text);
    }
  };
  const shown = Promise.all([show(child.stdout, process.stdout), show(child.stderr, process.stderr)]);
  const exitCode = await child.exited;
  clearTimeout(timer);
  // A process left behind may hold the pipes: what it prints later is not waited for.
  await Promise.race([shown, Bun.sleep(2000)]);
  if (isLate) console.log(`${argv.join(" ")}: no end within ${boundMs / minute} minutes`);
  return { exitCode, output };
}

function count(name: string, step: Totals, seconds: number): void {
  totals = addTotals(totals, step);
  report.push(`${step.failed > 0 ? "FAILED" : "    ok"}  ${name}: ${closingLine(step)} (${seconds.toFixed(1)} s)`);
}

/** A step that passes or fails as a whole. */
async function step(name: string, argv: readonly string[], boundMs: number): Promise<boolean> {
  const begin = performance.now();
  const { exitCode } = await run(argv, boundMs);
  const passed = exitCode === 0;
  count(name, { ...noTests, passed: passed ? 1 : 0, failed: passed ? 0 : 1 }, (performance.now() - begin) / 1000);
  return passed;
}

async function tests(name: string, targets: readonly string[], boundMs: number): Promise<void> {
  const begin = performance.now();
  const { exitCode, output } = await run(["bun", "test", ...targets], boundMs);
  count(name, totalsOfBunTest(output, exitCode), (performance.now() - begin) / 1000);
}

/** Each file in a process of its own: none can spoil or hang another. */
async function folder(name: string, boundMs: number): Promise<void> {
  for (const file of [...new Glob(`test/${name}/**/*.test.ts`).scanSync(".")].toSorted())
    await tests(file, [`./${file}`], boundMs);
}

if (await step("set-up", ["bash", "scripts/test-setup.sh"], 15 * minute)) {
  for (const [name, argv] of Object.entries(gateSteps))
    if (name !== "unit") await step(`check ${name}`, argv, 5 * minute);
  await tests("unit tests", ["src", "scripts"], 5 * minute);
  const isBuilt = await step("build", ["bun", "scripts/build.ts"], 5 * minute);
  await folder("integration", 5 * minute);
  if (isBuilt) {
    await folder("conformance", 10 * minute);
    await folder("e2e", 15 * minute);
  }
}

console.log(`\n${report.join("\n")}\n`);
// A test that did not run proves nothing: where every need can be met, that is a failure.
if (inCi && totals.skipped > 0) {
  console.log(`${totals.skipped} tests were skipped, which counts as failed here`);
  totals = { ...totals, failed: totals.failed + totals.skipped, skipped: 0 };
}
console.log(closingLine(totals));
process.exit(totals.failed === 0 ? 0 : 1);
