import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const AF_INET = 2;
const SOCK_CLOEXEC = 0o2000000;
const kinds = {
  tcp: { type: 1, protocol: 6 },
  udp: { type: 2, protocol: 17 },
  sctp: { type: 1, protocol: 132 },
} as const;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/**
 * A port of this host that no other program can take while it is held. Nothing is ever received by it: the firewall
 * turns packets away before they come here.
 */
export class HeldPort implements Disposable {
  readonly #fd: number;
  readonly #protocol: keyof typeof kinds;

  /**
   * Binds. SyscallError: EADDRINUSE when somebody has the port, EADDRNOTAVAIL when the address (four bytes) is not one
   * of this host. A kernel without the protocol has nothing to hold.
   */
  constructor(protocol: keyof typeof kinds, address: Uint8Array, port: number) {
    this.#protocol = protocol;
    const kind = kinds[protocol];
    this.#fd = libc.socket(AF_INET, kind.type | SOCK_CLOEXEC, kind.protocol);
    const failure = this.#fd < 0 ? errno() : 0;
    if (failure !== 0) {
      const error = new SyscallError("socket", failure, protocol);
      if (error.code === "EPROTONOSUPPORT" || error.code === "ESOCKTNOSUPPORT") return;
      throw error;
    }
    // As every server does: connections of an earlier one that linger are no obstacle. For udp it would mean sharing.
    if (protocol !== "udp") libc.setsockopt(this.#fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4);
    const result = libc.bind(this.#fd, socketAddress(address, port), 16);
    if (result !== 0) {
      const error = new SyscallError("bind", errno(), `${address.join(".")}:${port}/${protocol}`);
      libc.close(this.#fd);
      throw error;
    }
  }

  /** Makes the hold exclusive and visible to tools that list listeners. EADDRINUSE when another was faster. */
  listen(): void {
    if (this.#protocol === "udp" || this.#fd < 0) return;
    const result = libc.listen(this.#fd, 1);
    if (result !== 0) throw new SyscallError("listen", errno(), this.#protocol);
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) libc.close(this.#fd);
  }
}

/** struct sockaddr_in */
function socketAddress(address: Uint8Array, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address, 4);
  return bytes;
}
