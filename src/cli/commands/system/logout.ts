import { command } from "../../command.ts";
import { hubRegistry } from "../../config/registry-auth.ts";

export const logout = command({
  path: "logout",
  summary: "Forget the credentials of a registry",
  args: "[SERVER]",
  least: 0,
  most: 1,
  flags: {},
  run: async ({ args: [server], config, out }) => {
    const address =
      server === undefined || server === "docker.io"
        ? hubRegistry
        : server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    config.eraseCredentials(address);
    out.line(`Removing login credentials for ${address}`);
    return 0;
  },
});
