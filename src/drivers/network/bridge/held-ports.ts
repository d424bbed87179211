import { ipToBytes, parseIp } from "#formats/ip-address/ip-address.ts";
import { HeldPort } from "#platform/linux/held-port.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { HostAddressError, PortInUseError, type PublishedPort } from "../network-driver.ts";

/**
 * The host's ports that containers have, held by sockets: no other program can take one, and one that another program
 * has is found out before the container starts.
 */
export class HeldPorts {
  readonly #held = new Map<string, { endpointId: string; port: HeldPort }>();

  /** All or none. PortInUseError, HostAddressError. */
  bind(endpointId: string, ports: readonly PublishedPort[]): void {
    using undo = new DisposableStack();
    for (const port of ports) {
      // Tried again after an undone start.
      if (this.#held.get(keyOf(port))?.endpointId === endpointId) continue;
      const held = bound(port);
      this.#held.set(keyOf(port), { endpointId, port: held });
      undo.defer(() => this.release(endpointId, [port]));
    }
    undo.move();
  }

  /** PortInUseError when another program began to listen since `bind`. */
  listen(ports: readonly PublishedPort[]): void {
    for (const port of ports) asPortError(port, () => this.#held.get(keyOf(port))?.port.listen());
  }

  /** Holds the port if it is free; false when another program has it. */
  tryHold(endpointId: string, port: PublishedPort): boolean {
    try {
      this.bind(endpointId, [port]);
      this.listen([port]);
      return true;
    } catch (error) {
      this.release(endpointId, [port]);
      if (error instanceof PortInUseError || error instanceof HostAddressError) return false;
      throw error;
    }
  }

  /** Whether no other endpoint has the port. */
  mayRelease(endpointId: string, port: PublishedPort): boolean {
    return (this.#held.get(keyOf(port))?.endpointId ?? endpointId) === endpointId;
  }

  release(endpointId: string, ports: readonly PublishedPort[]): void {
    for (const port of ports) {
      const held = this.#held.get(keyOf(port));
      if (held?.endpointId !== endpointId) continue;
      held.port[Symbol.dispose]();
      this.#held.delete(keyOf(port));
    }
  }

  releaseAll(): void {
    for (const { port } of this.#held.values()) port[Symbol.dispose]();
    this.#held.clear();
  }
}

function bound(port: PublishedPort): HeldPort {
  // No address translation leads from IPv6 to a container that has IPv4 only.
  if (parseIp(port.hostAddress)?.family !== 4) throw new HostAddressError(port);
  return asPortError(port, () => new HeldPort(port.protocol, ipToBytes(port.hostAddress), port.hostPort));
}

function asPortError<T>(port: PublishedPort, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof SyscallError && error.code === "EADDRINUSE") throw new PortInUseError(port);
    if (error instanceof SyscallError && error.code === "EADDRNOTAVAIL") throw new HostAddressError(port);
    throw error;
  }
}

function keyOf({ protocol, hostAddress, hostPort }: PublishedPort): string {
  return `${protocol} ${hostAddress}:${hostPort}`;
}
