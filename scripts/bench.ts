// Side by side, alternating in one run: wherry, dockerd and podman. Prints medians, ratios and whether each bar is reached.
//   bun scripts/bench.ts [--only run-bridge,exec] [--rounds 15] [--log-mb 500] [--image-mb 300] [--without podman]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startRegistry } from "../test/support/registry.ts";
import { mustRun } from "../test/support/run-command.ts";
import { pushBigImage } from "./bench/big-image.ts";
import { type Contestant, dockerdContestant, podmanContestant, wherryContestant } from "./bench/contestant.ts";
import { takeCpuShare } from "./bench/cpu-share.ts";
import { dockerCli } from "./bench/docker-cli.ts";
import { median } from "./bench/measure.ts";
import { type Row, rows } from "./bench/rows.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: rows.map(({ key }) => key).join(",") },
    rounds: { type: "string", default: "15" },
    "log-mb": { type: "string", default: "500" },
    "image-mb": { type: "string", default: "300" },
    without: { type: "string", multiple: true, default: [] },
  },
});
/** Engines clear away behind their reply: that must not fall into the next one's time. */
const settleMilliseconds = 200;
const keys = values.only.split(",");
const unknown = keys.filter((key) => !rows.some((row) => row.key === key));
if (unknown.length > 0)
  throw new Error(`no such row: ${unknown.join(", ")}; there are ${rows.map(({ key }) => key).join(", ")}`);
const chosen = rows.filter(({ key }) => keys.includes(key));

await mustRun(["bash", join(import.meta.dir, "test-setup.sh")], { timeout: 900_000 });
// The first signal ends the race after what is being measured, so that everything is cleaned up; a second one ends at once.
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
using cpu = takeCpuShare();
if (!cpu) console.log("no control group of our own: the figures are those of a shared machine");
await using stack = new AsyncDisposableStack();
const contestants: Contestant[] = [];
for (const start of [wherryContestant, ...peers()]) {
  stopped.signal.throwIfAborted();
  const contestant = await start();
  if (contestant) contestants.push(stack.use(contestant));
}
console.log(`engines: ${contestants.map(({ name }) => name).join(", ")}; command line of docker: ${await dockerCli()}`);
const registry = stack.use(await startRegistry());
const bigImage = keys.includes("pull") ? await pushBigImage(registry, Number(values["image-mb"])) : "";

let missed = 0;
console.log(formatLine(["", ...contestants.map(({ name }) => name), "ratio", "bar"]));
for (const row of chosen) {
  const figures = await measureRow(row);
  const [ours, theirs] = figures;
  const ratio =
    ours !== undefined && theirs !== undefined && contestants[1]?.name.startsWith("dockerd")
      ? ours / theirs
      : undefined;
  const isReached = row.bar === undefined || ratio === undefined ? undefined : ratio <= row.bar;
  if (isReached === false) missed++;
  const verdict =
    row.bar === undefined ? "" : `≤ ${row.bar}${isReached === undefined ? "" : isReached ? "  reached" : "  MISSED"}`;
  const cells = figures.map((figure) =>
    figure === undefined ? "–" : `${figure.toFixed(row.unit === "s" ? 2 : 1)} ${row.unit}`,
  );
  console.log(formatLine([row.title, ...cells, ratio === undefined ? "–" : ratio.toFixed(2), verdict]));
}
console.log(missed === 0 ? "every bar that could be measured is reached" : `${missed} bars are missed`);
process.exitCode = missed === 0 ? 0 : 1;

/** The peers to fetch and start; which of them cannot be had is said. */
function peers(): (() => Promise<Contestant | undefined>)[] {
  const attempt = async (name: string, ...ways: readonly (() => Promise<Contestant>)[]) => {
    for (const way of ways) {
      stopped.signal.throwIfAborted();
      try {
        return await way();
      } catch (error) {
        console.log(`${name}: ${(error as Error).message.split("\n")[0]}`);
      }
    }
    console.log(`${name} is not in the race`);
    return undefined;
  };
  const all = {
    dockerd: () =>
      attempt(
        "dockerd",
        () => dockerdContestant("28"),
        () => dockerdContestant("20"),
      ),
    podman: () => attempt("podman", podmanContestant),
  };
  return Object.entries(all)
    .filter(([name]) => !values.without.includes(name))
    .map(([, start]) => start);
}

/** Medians, one for each contestant; they take turns, the first to go changes from round to round. */
async function measureRow(row: Row): Promise<(number | undefined)[]> {
  const rounds = Math.max(1, Math.round(Number(values.rounds) * row.rounds));
  const samples = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
  const options = { registry, bigImage, logMegabytes: Number(values["log-mb"]) };
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < contestants.length; turn++) {
      stopped.signal.throwIfAborted();
      const contestant = contestants[(round + turn) % contestants.length]!;
      const cli = row.usesOwnCli ? (contestant.ownCli ?? contestant.cli) : contestant.cli;
      const figure = await row.measure(contestant, { ...options, cli });
      if (figure !== undefined) samples.get(contestant)!.push(figure);
      await Bun.sleep(settleMilliseconds);
    }
  return contestants.map((contestant) => {
    const figures = samples.get(contestant)!;
    return figures.length === 0 ? undefined : median(figures);
  });
}

function formatLine([title = "", ...cells]: readonly string[]): string {
  return title.padEnd(44) + cells.map((cell) => cell.padStart(16)).join("");
}
