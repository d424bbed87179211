import type { Command } from "../command.ts";

/** A command by its spellings; its code is loaded when it is asked for. */
export interface CommandEntry {
  readonly path: string;
  readonly aliases: readonly string[];
  // Commands differ in their flags; here only what all have in common counts.
  readonly load: () => Promise<Command>;
}

const entry = <T>(path: string, aliases: readonly string[], load: () => Promise<T>): CommandEntry => ({
  path,
  aliases,
  load: load as () => Promise<Command>,
});

/** The only list of commands. */
export const commands: readonly CommandEntry[] = [
  entry("container attach", ["attach"], async () => (await import("./container/attach.ts")).containerAttach),
  entry("container create", ["create"], async () => (await import("./container/create.ts")).containerCreate),
  entry("container exec", ["exec"], async () => (await import("./container/exec.ts")).containerExec),
  entry("container inspect", [], async () => (await import("./container/inspect.ts")).containerInspect),
  entry("container kill", ["kill"], async () => (await import("./container/kill.ts")).containerKill),
  entry("container logs", ["logs"], async () => (await import("./container/logs.ts")).containerLogs),
  entry(
    "container ls",
    ["container list", "container ps", "ps"],
    async () => (await import("./container/ls.ts")).containerLs,
  ),
  entry("container pause", ["pause"], async () => (await import("./container/pause.ts")).containerPause),
  entry("container port", ["port"], async () => (await import("./container/port.ts")).containerPort),
  entry("container rename", ["rename"], async () => (await import("./container/rename.ts")).containerRename),
  entry("container restart", ["restart"], async () => (await import("./container/restart.ts")).containerRestart),
  entry("container rm", ["container remove", "rm"], async () => (await import("./container/rm.ts")).containerRm),
  entry("container run", ["run"], async () => (await import("./container/run.ts")).containerRun),
  entry("container start", ["start"], async () => (await import("./container/start.ts")).containerStart),
  entry("container stop", ["stop"], async () => (await import("./container/stop.ts")).containerStop),
  entry("container top", ["top"], async () => (await import("./container/top.ts")).containerTop),
  entry("container unpause", ["unpause"], async () => (await import("./container/unpause.ts")).containerUnpause),
  entry("container update", ["update"], async () => (await import("./container/update.ts")).containerUpdate),
  entry("container wait", ["wait"], async () => (await import("./container/wait.ts")).containerWait),
  entry("image history", ["history"], async () => (await import("./image/history.ts")).imageHistory),
  entry("image import", ["import"], async () => (await import("./image/import.ts")).imageImport),
  entry("image inspect", [], async () => (await import("./image/inspect.ts")).imageInspect),
  entry("image ls", ["image list", "images"], async () => (await import("./image/ls.ts")).imageLs),
  entry("image pull", ["pull"], async () => (await import("./image/pull.ts")).imagePull),
  entry("image rm", ["image remove", "rmi"], async () => (await import("./image/rm.ts")).imageRm),
  entry("image tag", ["tag"], async () => (await import("./image/tag.ts")).imageTag),
  entry("inspect", [], async () => (await import("./system/inspect.ts")).inspect),
  entry("login", [], async () => (await import("./system/login.ts")).login),
  entry("logout", [], async () => (await import("./system/logout.ts")).logout),
  entry("network inspect", [], async () => (await import("./network/inspect.ts")).networkInspect),
  entry("network ls", ["network list"], async () => (await import("./network/ls.ts")).networkLs),
  entry("system events", ["events"], async () => (await import("./system/events.ts")).systemEvents),
  entry("system info", ["info"], async () => (await import("./system/info.ts")).systemInfo),
  entry("version", [], async () => (await import("./system/version.ts")).version),
  entry("volume create", [], async () => (await import("./volume/create.ts")).volumeCreate),
  entry("volume inspect", [], async () => (await import("./volume/inspect.ts")).volumeInspect),
  entry("volume ls", ["volume list"], async () => (await import("./volume/ls.ts")).volumeLs),
  entry("volume rm", ["volume remove"], async () => (await import("./volume/rm.ts")).volumeRm),
];
