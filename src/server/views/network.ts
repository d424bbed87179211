import type { NetworkInspect } from "#api/types/network.ts";
import type { NetworkRecord } from "#engine/network/network-record.ts";
import type { ConnectedContainer } from "#engine/network/network-service.ts";

/** GET /networks/{id}; a list shows no containers. */
export function networkView(record: NetworkRecord, connected: readonly ConnectedContainer[]): NetworkInspect {
  const { bridge } = record;
  return {
    Name: record.name,
    Id: record.id,
    Created: record.createdAt,
    Scope: "local",
    Driver: record.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: "default",
      Options: null,
      Config: bridge ? [{ Subnet: bridge.subnet, Gateway: bridge.gateway }] : null,
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: "" },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      connected.map(({ containerId, containerName, endpoint }) => [
        containerId,
        {
          Name: containerName,
          EndpointID: endpoint.id,
          MacAddress: endpoint.mac,
          IPv4Address: `${endpoint.address}/${endpoint.prefixLength}`,
          IPv6Address: "",
        },
      ]),
    ),
    Options: bridge
      ? {
          "com.docker.network.bridge.default_bridge": "true",
          "com.docker.network.bridge.enable_icc": String(bridge.interContainer),
          "com.docker.network.bridge.enable_ip_masquerade": String(bridge.masquerade),
          "com.docker.network.bridge.host_binding_ipv4": bridge.hostAddress,
          "com.docker.network.bridge.name": bridge.device,
          "com.docker.network.driver.mtu": String(bridge.mtu),
        }
      : {},
    Labels: {},
  };
}
