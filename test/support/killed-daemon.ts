import { OciRuntime } from "#drivers/runtime/oci/oci-runtime.ts";
import type { OciRuntimeOptions } from "#drivers/runtime/oci/runtime-context.ts";
import type { ContainerProcess } from "#drivers/runtime/runtime-driver.ts";

/** A daemon that starts the containers it is told on its command line, says so, and waits to be killed. */
const [options, containers] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  Omit<OciRuntimeOptions, "log">,
  { readonly process: ContainerProcess; readonly start: boolean }[],
];
const runtime = new OciRuntime({ ...options, log: { warn: () => {}, debug: () => {} } });
await runtime.open();
for (const container of containers) {
  await runtime.create(container.process);
  if (container.start) await runtime.start(container.process.id);
}
process.stdout.write("ready\n");
setInterval(() => {}, 1000);
