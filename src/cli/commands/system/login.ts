import process from "node:process";
import { createInterface } from "node:readline";
import { CommandError, command } from "../../command.ts";
import { hubRegistry } from "../../config/registry-auth.ts";
import type { Out } from "../../output/out.ts";

export const login = command({
  path: "login",
  summary: "Store credentials for a registry",
  args: "[SERVER]",
  least: 0,
  most: 1,
  flags: {
    password: { type: "string", short: "p", help: "Password or access token" },
    "password-stdin": { type: "boolean", help: "Read the password from stdin" },
    username: { type: "string", short: "u", help: "User name" },
  },
  run: async ({ args: [server], flags, given, client, config, out }) => {
    if (given.has("password")) {
      out.error("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
      if (flags["password-stdin"]) throw new CommandError(1, "--password and --password-stdin are mutually exclusive");
    }
    if (flags["password-stdin"] && flags.username === undefined)
      throw new CommandError(1, "the --password-stdin option requires --username to be set");
    const address =
      server === undefined || server === "docker.io"
        ? hubRegistry
        : server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    const username = flags.username ?? (await ask(out, "Username: "));
    const password = flags["password-stdin"]
      ? await readStdin()
      : (flags.password ?? (await askSecretly(out, "Password: ")));
    if (username === "" || password === "") throw new CommandError(1, "username and password must not be empty");
    const { Status, IdentityToken } = await client.system.auth({ username, password, serveraddress: address });
    config.storeCredentials(
      address,
      IdentityToken ? { username, identitytoken: IdentityToken } : { username, password },
    );
    out.error(
      `\nWARNING! Your credentials are stored unencrypted in '${config.path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n`,
    );
    out.line(Status);
    return 0;
  },
});

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

function ask(out: Out, question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandError(1, "Error: Cannot perform an interactive login from a non TTY device");
  out.write(question);
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) =>
    lines.once("line", (line) => {
      lines.close();
      resolve(line.trim());
    }),
  );
}

/** The terminal does not show what is typed. */
async function askSecretly(out: Out, question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandError(1, "Error: Cannot perform an interactive login from a non TTY device");
  process.stdin.setRawMode(true);
  out.write(question);
  let text = "";
  try {
    for await (const chunk of process.stdin) {
      for (const character of (chunk as Buffer).toString("utf8")) {
        if (character === "\r" || character === "\n") return text;
        if (character === "\x03") throw new CommandError(130, "");
        text = character === "\x7f" ? text.slice(0, -1) : text + character;
      }
    }
    return text;
  } finally {
    process.stdin.setRawMode(false);
    out.write("\n");
  }
}
