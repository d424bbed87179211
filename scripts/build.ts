// Makes dist/wherry, one executable. The commit and the time of the build are compiled in. A .env or bunfig.toml in the
// user's working folder is none of our business: Bun would load both.

import { join } from "node:path";
import { $ } from "bun";

const root = join(import.meta.dir, "..");
process.chdir(root);

const commit = (await $`git rev-parse --short HEAD`.quiet().nothrow().text()).trim() || "unknown";
const time = new Date().toISOString();
await $`bun build src/main.ts --compile --minify --bytecode --splitting --sourcemap=none --format=esm --no-compile-autoload-dotenv --no-compile-autoload-bunfig --outfile dist/wherry --define process.env.WHERRY_BUILD_COMMIT=${JSON.stringify(commit)} --define process.env.WHERRY_BUILD_TIME=${JSON.stringify(time)}`.quiet();
console.log(`dist/wherry ${commit}`);
