/**
 * The host's side of a role: where IPv6 packets come from and go to.
 *
 * It works in passes, as UDP does (see `udp.ts`).
 *
 * @module
 */

/** Takes what the host sends. */
export interface PacketReceiver {
  /** One whole IPv6 packet. The array is lent for the duration of the call. */
  packet(ipv6: Uint8Array): void;
  /**
   * Packets of one flow, one right behind the other: all are `length` octets long but the last, which may be
   * shorter. The array is lent for the duration of the call.
   */
  packets(run: Uint8Array, length: number): void;
  /** Nothing more waits for the moment. */
  end(): void;
}

/** A way to and from the host. */
export interface HostLink {
  /**
   * Hands the host a whole IPv6 packet, at the latest with the next {@linkcode flush}. The array is
   * lent for the duration of the call.
   *
   * @returns whether the host took it
   */
  write(ipv6: Uint8Array): boolean;
  /** Hands over what still waits. */
  flush(): void;
  /** Reads until `signal` aborts. */
  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void>;
}
