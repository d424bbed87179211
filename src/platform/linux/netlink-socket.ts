import { errno, libc } from "./libc.ts";
import { attributesOf, type NetlinkMessage, type NetlinkReply, splitReplies, textOf } from "./netlink-message.ts";
import { SyscallError } from "./syscall-error.ts";

const families = { route: 0, netfilter: 12 } as const;
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const ackHasAttributes = 0x200;
const receiveBytes = 1 << 16;
/** The kernel's default for a socket's send buffer leaves room for about this much. */
const roomySendBytes = 100_000;

/** A netlink socket: it belongs to the network namespace that the calling thread was in when it was made. */
export class NetlinkSocket implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(receiveBytes);
  #sequence = 0;

  constructor(family: keyof typeof families) {
    this.#fd = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, families[family]);
    if (this.#fd < 0) throw new SyscallError("socket", errno(), `netlink ${family}`);
    // Error texts of the kernel and short acknowledgements; an old kernel goes without.
    const on = Int32Array.of(1);
    libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, on, 4);
    libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, on, 4);
  }

  /**
   * Sends messages in one datagram and returns what the kernel answers besides acknowledgements. The kernel works in
   * our call to send, so there is no waiting. Throws SyscallError "netlink" with the first refusal; what stands before
   * the refused message was carried out, except in a netfilter batch.
   */
  request(messages: readonly NetlinkMessage[], about: string): NetlinkReply[] {
    const datagram = Buffer.concat(messages.map((message) => message.encode(++this.#sequence)));
    if (datagram.length > roomySendBytes)
      libc.setsockopt(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(datagram.length * 2), 4);
    const sent = libc.send(this.#fd, datagram, datagram.length, 0);
    if (sent < 0) throw new SyscallError("netlink send", errno(), about);
    return this.#replies(about);
  }

  /** Everything that is there to read now; a dump goes on with each read. */
  #replies(about: string): NetlinkReply[] {
    const replies: NetlinkReply[] = [];
    let refusal: SyscallError | undefined;
    for (;;) {
      const received = Number(libc.recv(this.#fd, this.#buffer, receiveBytes, MSG_DONTWAIT));
      const failure = received < 0 ? errno() : 0;
      if (failure === EAGAIN) break;
      if (failure !== 0) throw new SyscallError("netlink recv", failure, about);
      for (const reply of splitReplies(Buffer.from(this.#buffer.subarray(0, received)))) {
        if (reply.type === NLMSG_ERROR || reply.type === NLMSG_DONE) refusal ??= refusalOf(reply, about);
        else replies.push(reply);
      }
    }
    if (refusal !== undefined) throw refusal;
    return replies;
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }
}

function refusalOf({ payload, flags, type }: NetlinkReply, about: string): SyscallError | undefined {
  const code = payload.length >= 4 ? -payload.readInt32LE() : 0;
  if (code === 0) return undefined;
  // struct nlmsgerr: the error and the header of the refused message, then attributes; 1 is the text.
  const text = type === NLMSG_ERROR && flags & ackHasAttributes ? textOf(attributesOf(payload, 20).get(1)) : undefined;
  return new SyscallError("netlink", code, text === undefined ? about : `${about} (${text})`);
}
