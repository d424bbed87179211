import { afterEach, expect, test } from "bun:test";
import { RuntimeError } from "#drivers/runtime/runtime-driver.ts";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import type { AttachClient } from "./attach-hub.ts";
import { createExec, startExec } from "./exec.ts";
import type { ExecRequest } from "./exec-store.ts";
import { pauseContainer } from "./pause.ts";
import { removeContainer } from "./remove.ts";

afterEach(removeMachines);

const request: ExecRequest = {
  command: ["sh", "-c", "x"],
  env: ["B=2"],
  user: "",
  workingDir: "",
  tty: false,
  privileged: false,
  attachStdin: false,
  attachStdout: true,
  attachStderr: true,
  detachKeys: "",
  terminalSize: undefined,
};
const alone = { terminalSize: undefined, open: undefined };

/** A client that only listens. */
function listener(): AttachClient & { got: string } {
  const nothing = () => {};
  const client = {
    got: "",
    write: (stream: 1 | 2, chunk: Uint8Array) => {
      client.got += `${stream}:${Buffer.from(chunk).toString()} `;
      return true;
    },
    onDrain: nothing,
    onInput: nothing,
    onInputEnd: nothing,
    pauseInput: nothing,
    resumeInput: nothing,
    onClose: nothing,
  };
  return client;
}

test("the runtime hears of a process when the exec is created, before it is started", async () => {
  const world = await containerWorld();
  await world.run("web");
  const before = world.runtime.expected;
  createExec(world, "web", request);
  expect(world.runtime.expected - before).toBe(1);
});

test("an attached exec hands its output on and is over, with its code, before the client is let go", async () => {
  const world = await containerWorld();
  await world.run("web", { Env: ["A=1"], User: "nobody", WorkingDir: "" });
  world.runtime.onExec = (process, streams) => {
    expect(process).toMatchObject({ args: ["sh", "-c", "x"], user: "nobody", workingDir: "/" });
    expect(process.env).toEqual(expect.arrayContaining(["A=1", "B=2"]));
    streams.emit(1, "out");
    streams.emit(2, "err");
    return 5;
  };
  const exec = createExec(world, "web", request);
  const client = listener();
  await startExec(world, exec.id, { terminalSize: undefined, open: () => client });
  expect(client.got).toBe("1:out 2:err ");
  expect(world.execs.get(exec.id)).toMatchObject({ status: "exited", exitCode: 5 });
  expect(world.told.slice(2)).toEqual(["exec_create: sh -c x web", "exec_start: sh -c x web", "exec_die web"]);
});

test("an exec runs once", async () => {
  const world = await containerWorld();
  await world.run("web");
  let end = (_code: number) => {};
  world.runtime.onExec = () => new Promise((resolve) => (end = resolve));
  const { id } = createExec(world, "web", request);
  await startExec(world, id, alone);
  expect(startExec(world, id, alone)).rejects.toThrow(`exec command ${id} is already running`);
  end(0);
  await world.settled();
  expect(startExec(world, id, alone)).rejects.toThrow(`exec command ${id} has already run`);
});

test("what the runtime refuses is an error before the connection is taken over, and 127 for a missing program", async () => {
  const world = await containerWorld();
  await world.run("web");
  const detail = 'exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH';
  const exec = createExec(world, "web", request);
  world.runtime.failNext("exec", new RuntimeError("no", detail, { reason: "executable-not-found" }));
  const open = () => expect.unreachable("the connection must stay with HTTP");
  expect(startExec(world, exec.id, { terminalSize: undefined, open })).rejects.toThrow(
    `OCI runtime exec failed: ${detail}`,
  );
  expect(world.execs.get(exec.id)).toMatchObject({ status: "exited", exitCode: 127 });
});

test("an exec of an unknown user is not made", async () => {
  const world = await containerWorld();
  await world.run("web");
  world.runtime.unknownUsers.add("nobody-here");
  expect(() => createExec(world, "web", { ...request, user: "nobody-here" })).toThrow(
    "unable to find user nobody-here: no matching entries in passwd file",
  );
});

test("an exec needs a running container and a command", async () => {
  const world = await containerWorld();
  const id = await world.create("web");
  expect(() => createExec(world, "web", request)).toThrow(`container ${id} is not running`);
  await world.run("other");
  expect(() => createExec(world, "other", { ...request, command: [] })).toThrow("No exec command specified");
  await pauseContainer(world, "other");
  expect(() => createExec(world, "other", request)).toThrow(
    "Container other is paused, unpause the container before exec",
  );
});

test("execs go with their container", async () => {
  const world = await containerWorld();
  await world.run("web");
  const { id } = createExec(world, "web", request);
  await removeContainer(world, "web", { force: true, volumes: false });
  expect(() => world.execs.get(id)).toThrow(`No such exec instance: ${id}`);
});
