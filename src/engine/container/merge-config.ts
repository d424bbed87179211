import type { ContainerConfig } from "#api/types/container.ts";
import { noCommand } from "./container-errors.ts";

/**
 * The user's configuration over the image's: what the user left out comes from the image; environment, labels, ports and
 * volumes are united, the user's word counting first. Throws `container.no-command` when nothing is left to run.
 */
export function mergeConfig(user: ContainerConfig, image: ContainerConfig): ContainerConfig {
  const merged: ContainerConfig = {
    ...user,
    ...mergeCommand(user, image),
    User: user.User || image.User,
    WorkingDir: user.WorkingDir || image.WorkingDir,
    StopSignal: user.StopSignal || image.StopSignal,
    Env: mergeEnv(user.Env, image.Env),
    Labels: { ...image.Labels, ...user.Labels },
    ExposedPorts: unite(user.ExposedPorts, image.ExposedPorts),
    Volumes: unite(user.Volumes, image.Volumes),
    Healthcheck: mergeHealthcheck(user.Healthcheck, image.Healthcheck),
    Shell: user.Shell ?? image.Shell,
    OnBuild: undefined,
  };
  if ((merged.Entrypoint ?? []).length === 0 && (merged.Cmd ?? []).length === 0) throw noCommand();
  return merged;
}

type Command = Pick<ContainerConfig, "Cmd" | "Entrypoint">;

function mergeCommand(user: ContainerConfig, image: ContainerConfig): Command {
  const entrypoint = user.Entrypoint ?? [];
  // An entrypoint of one empty word is how clients say "none at all".
  if (entrypoint.length === 1 && entrypoint[0] === "") return { Cmd: user.Cmd, Entrypoint: undefined };
  if (entrypoint.length > 0) return { Cmd: user.Cmd, Entrypoint: entrypoint };
  const Cmd = (user.Cmd ?? []).length > 0 ? user.Cmd : image.Cmd;
  return { Cmd, Entrypoint: user.Entrypoint === undefined ? image.Entrypoint : undefined };
}

/** The image's variables that the user has not set come behind the user's. */
function mergeEnv(user: readonly string[] = [], image: readonly string[] = []): readonly string[] | undefined {
  const set = new Set(user.map(nameOf));
  const merged = [...user, ...image.filter((entry) => !set.has(nameOf(entry)))];
  return merged.length > 0 ? merged : undefined;
}

const nameOf = (entry: string): string => entry.split("=", 1)[0]!;

function unite(
  user: Readonly<Record<string, unknown>> | undefined,
  image: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const united = { ...image, ...user };
  return Object.keys(united).length > 0 ? united : undefined;
}

type Healthcheck = ContainerConfig["Healthcheck"];

function mergeHealthcheck(user: Healthcheck, image: Healthcheck): Healthcheck {
  if (!user || !image) return user ?? image;
  return {
    Test: (user.Test ?? []).length > 0 ? user.Test : image.Test,
    Interval: user.Interval || image.Interval,
    Timeout: user.Timeout || image.Timeout,
    StartPeriod: user.StartPeriod || image.StartPeriod,
    StartInterval: user.StartInterval || image.StartInterval,
    Retries: user.Retries || image.Retries,
  };
}
