import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// A listening socket is made by python3, which hands it over as descriptor 3, as systemd does.
const handOver = `
import os, socket, sys
kind, address = sys.argv[1], sys.argv[2]
s = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
s.bind(address if kind == "unix" else ("127.0.0.1", 0))
s.listen()
if kind == "tcp": print(s.getsockname()[1], flush=True)
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ["LISTEN_FDS"] = "1"
os.execvp(sys.argv[3], sys.argv[3:])
`;
const program = join(import.meta.dir, "../support/serve-inherited.ts");

async function lines(stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split("\n").length > count) break;
  }
  return text.split("\n");
}

for (const kind of ["unix", "tcp"] as const)
  test(`a ${kind} socket handed over is served`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "wherry-fd-"));
    const path = join(folder, "api.sock");
    const child = Bun.spawn(["python3", "-c", handOver, kind, path, process.execPath, program, "fd://"], {
      stdout: "pipe",
      stderr: "inherit",
    });
    try {
      const told = await lines(child.stdout, kind === "tcp" ? 2 : 1);
      expect(told).toContain("fd (3)");
      const url = kind === "tcp" ? `http://127.0.0.1:${told[0]}/echo/a` : "http://docker/echo/a";
      const answer = await fetch(url, kind === "tcp" ? {} : { unix: path });
      expect(answer.status).toBe(200);
    } finally {
      child.kill();
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    }
  });

test("without a socket handed over, the listener says so", async () => {
  const child = Bun.spawn([process.execPath, program, "fd://"], { stdout: "ignore", stderr: "pipe" });
  expect(await child.exited).not.toBe(0);
  expect(await new Response(child.stderr).text()).toContain("no sockets found via socket activation");
});
