import { FakeHost, FakeNetworkDriver } from "../../../test/support/fake-network-driver.ts";
import { networkDriverSuite } from "./network-driver.suite.ts";

networkDriverSuite("the fake driver", async () => {
  const host = new FakeHost();
  return {
    start: async () => new FakeNetworkDriver(host),
    occupy: (port) => {
      host.occupied.push(port);
      return { [Symbol.dispose]: () => host.occupied.splice(host.occupied.indexOf(port), 1) };
    },
    forwards: () => [...host.forwards].map(([key, { target }]) => `${key} ${target}`).toSorted(),
    interfaces: (sandboxId) =>
      [...(host.sandboxes.get(sandboxId)?.values() ?? [])].map(
        ({ network, endpoint }) => `${endpoint.interfaceName} ${endpoint.address}/${network.subnet.split("/")[1]}`,
      ),
    bridges: () => [...host.bridges.keys()],
    end: async () => {},
  };
});
