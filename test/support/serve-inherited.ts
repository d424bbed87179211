import process from "node:process";
import { Logger } from "#base/diagnostics/logger.ts";
import { inheritedSockets } from "#daemon/inherited-sockets.ts";
import { ApiServer } from "#server/api-server.ts";
import { parseListenAddress } from "#server/listen-address.ts";
import { listen } from "#server/listeners.ts";
import { testRoutes } from "./test-routes.ts";

// A server on sockets handed over by whoever started this program: `serve-inherited.ts fd://…`.
const logger = new Logger({
  level: "error",
  format: "text",
  coloured: false,
  write: (line) => process.stderr.write(line),
});
const api = new ApiServer({ logger, productVersion: "1.2.3", corsOrigin: "" });
process.env.LISTEN_PID = String(process.pid);
const inherited = inheritedSockets(process.env, process.pid);
const address = parseListenAddress(process.argv[2]!, { defaultSocket: "", tls: false });
for (const { description } of await listen(address, {
  group: "",
  isDefaultGroup: true,
  tls: undefined,
  inherited,
  onConnection: (socket) => api.accept(socket),
  onFailure: (error) => logger.error(error.message),
}))
  process.stdout.write(`${description}\n`);
api.serve(testRoutes());
