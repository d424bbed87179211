/** Numbers of the transport protocols that ports can be published for. */
export const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const;
