/** Floods of forged packets, and what honest strangers have of the client meanwhile. */
import { assert, assertEquals } from "@std/assert";
import { CLIENT_LIMITS } from "../../client/client_limits.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { setU32 } from "../../memory/octets.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { isEchoRequest } from "../../wire/icmpv6.ts";
import { NextHeader } from "../../wire/ipv6_header.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, at, ip6 } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, replyTo, S1 } from "./client_fixture.ts";

const PRIMARY = portOf(S1, "primary");

/** The Teredo address of a client of S2 at `mapping`. */
function clientAt(mapping: Endpoint): Uint8Array {
  return encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping });
}

/** A client whose randomness is no vector's, and its Teredo address. */
function flooded(): { fixture: ClientFixture; self: Uint8Array } {
  const fixture = ClientFixture.a({ random: seededRandom("flood") });
  return { fixture, self: fixture.client.status(fixture.now).address! };
}

/** A second of a flood, in a hundred parts with an honest stranger's turn at some moment of each. */
function during(
  fixture: ClientFixture,
  perSecond: number,
  forge: (number: number) => void,
  honest: (turn: number) => void,
): void {
  const perTurn = perSecond / 100;
  let number = 0;
  for (let turn = 0; turn < 100; turn++) {
    for (let i = 0; i <= perTurn; i++) {
      if (i === turn * 7 % (perTurn + 1)) honest(turn);
      if (i < perTurn) forge(number++);
    }
    fixture.pass(10);
  }
}

/** Where the `number`th made-up client is. */
function madeUp(number: number): Endpoint {
  return endpoint(ipv4Address(0x0b000000 + number), 4096);
}

/** Where the `turn`th honest stranger is. */
function stranger(turn: number): Endpoint {
  return at(`192.0.2.${100 + turn}:5000`);
}

const CLIENT_FLOODS = {
  "bubbles of made-up clients through the server": (fixture: ClientFixture, self: Uint8Array) => {
    return (number: number) => {
      fixture.receive(encodeBubble(clientAt(madeUp(number)), self), PRIMARY);
    };
  },
  "data of made-up clients": (fixture: ClientFixture, self: Uint8Array) => (number: number) => {
    const mapping = madeUp(number);
    fixture.receive(packet(clientAt(mapping), self), mapping);
  },
};

for (const [name, flood] of Object.entries(CLIENT_FLOODS)) {
  for (const perSecond of [2_000, 20_000]) {
    Deno.test(`C-26: in ${perSecond} ${name} a second, a new client's data is delivered and answered`, () => {
      const { fixture, self } = flooded();
      let delivered = 0;
      let answered = 0;
      during(fixture, perSecond, flood(fixture, self), (turn) => {
        const mapping = stranger(turn);
        delivered += fixture.receive(packet(clientAt(mapping), self), mapping).sink.packets.length;
        answered += fixture.send(packet(self, clientAt(mapping))).sink.datagrams
          .filter(({ to, bytes }) => to === mapping && bytes.length > 40).length;
      });
      assertEquals([delivered, answered], [100, 100]);
    });
  }
}

Deno.test("C-40: the host's answers to 50,000 forged packets a second cost nothing but themselves", () => {
  const { fixture, self } = flooded();
  fixture.receive(packet(ACTORS.addressOfB, self), ACTORS.b);
  let sent = 0;
  during(fixture, 50_000, (number) => {
    const mapping = madeUp(number);
    fixture.receive(packet(clientAt(mapping), self), mapping);
    sent += fixture.send(packet(self, clientAt(mapping))).sink.datagrams.length;
    assertEquals(fixture.targets.length, 1);
  }, () => {});
  assertEquals(sent, 50_000);
  assert(fixture.client.status(fixture.now).peers.length <= 1 + 200 + 100);
  assertEquals(fixture.send(packet(self, ACTORS.addressOfB)).targets, ["192.0.2.10:8192"]);
});

Deno.test("C-32: a client that was heard without an entry is looked for after 30 s of silence", () => {
  const { fixture, self } = flooded();
  const mapping = stranger(0);
  const data = packet(self, clientAt(mapping));
  during(fixture, 10_000, CLIENT_FLOODS["data of made-up clients"](fixture, self), () => {});
  for (let number = 0; number < 200; number++) {
    fixture.receive(packet(clientAt(madeUp(100_000 + number)), self), madeUp(100_000 + number));
  }
  fixture.receive(packet(clientAt(mapping), self), mapping);
  assertEquals(fixture.peer(clientAt(mapping)), undefined);
  assertEquals(fixture.send(data).sink.datagrams, [{ to: mapping, via: "service", bytes: data }]);
  fixture.pass(30_000).send(data);
  assertEquals(fixture.targets, ["192.0.2.100:5000", "198.51.100.118:3544"]);
});

/** A bubble through the server as it is forwarded, with an origin. */
function introduced(origin: Endpoint, source: Uint8Array, self: Uint8Array): Uint8Array {
  return encodeTeredoPacket({ origin, ipv6: encodeBubble(source, self) });
}

/** The `number`th of many link-local addresses. */
function linkLocal(number: number): Uint8Array {
  const address = ip6("fe80::");
  setU32(address, 12, number + 1);
  return address;
}

Deno.test("C-30: bubbles of a relay get as many answers at once as the limits say", () => {
  for (const [rate, expected] of [[{ perSecond: 5, burst: 7 }, 7], [undefined, 2_000]] as const) {
    const limits = { ...CLIENT_LIMITS, answersPerPort: rate };
    const fixture = ClientFixture.a({ random: seededRandom("flood"), limits });
    const self = fixture.client.status(fixture.now).address!;
    let answers = 0;
    for (let number = 0; number < 2_000; number++) {
      fixture.receive(introduced(ACTORS.relay, linkLocal(number), self), PRIMARY);
      answers += fixture.targets.length;
    }
    assertEquals(answers, expected);
  }
});

Deno.test("C-30: 200 forged bubbles a second in a relay's name leave the relay its answers", () => {
  const { fixture, self } = flooded();
  let answers = 0;
  during(fixture, 200, (number) => {
    fixture.receive(introduced(ACTORS.relay, linkLocal(1_000 + number), self), PRIMARY);
  }, (turn) => {
    fixture.receive(introduced(ACTORS.relay, linkLocal(turn), self), PRIMARY);
    answers += fixture.sink.datagrams.length;
  });
  assertEquals(answers, 100);
});

Deno.test("C-31: 1,000 forged bubbles a second from ports of a NAT leave those behind it their answers", () => {
  const { fixture, self } = flooded();
  let answers = 0;
  const nat = addressOf(at("192.0.2.77:1"));
  const bubbleFrom = (port: number) => {
    fixture.receive(encodeBubble(clientAt(endpoint(nat, port)), self), PRIMARY);
  };
  during(fixture, 1_000, (number) => bubbleFrom(10_000 + number), (turn) => {
    bubbleFrom(5_000 + turn);
    answers += fixture.sink.datagrams.length;
  });
  assertEquals(answers, 100);
});

Deno.test("X-04: 1,000 made-up clients elsewhere a second leave a client behind a symmetric NAT its challenge", () => {
  const { fixture, self } = flooded();
  let challenges = 0;
  during(fixture, 1_000, (number) => {
    fixture.receive(packet(clientAt(madeUp(number)), self), at("192.0.2.66:6666"));
  }, (turn) => {
    fixture.receive(encodeBubble(clientAt(stranger(turn)), self), at("192.0.2.90:9999"));
    challenges += fixture.sink.datagrams.length;
  });
  assertEquals(challenges, 100);
});

Deno.test("X-04: whoever forges packets in the name of such a client does not use up its challenges", () => {
  const { fixture, self } = flooded();
  const client = clientAt(stranger(0));
  let number = 0;
  during(fixture, 100, () => {
    fixture.receive(encodeBubble(client, self), at(`192.0.2.66:${1024 + number++}`));
  }, () => {});
  fixture.receive(encodeBubble(client, self), at("192.0.2.90:9999"));
  assertEquals(fixture.targets, ["198.51.100.118:3544"]);
});

/** The `number`th of many native hosts. */
function hostAt(number: number): Uint8Array {
  const address = ip6("2001:db8:1::");
  setU32(address, 12, number + 1);
  return address;
}

/** How many of a hundred honest native hosts get in during the second second of a flood. */
function nativesIn(perSecond: number, relayOf: (number: number) => Endpoint): number {
  const { fixture, self } = flooded();
  let forged = 1_000;
  let delivered = 0;
  const forge = () => {
    fixture.receive(packet(hostAt(++forged), self), relayOf(forged));
  };
  during(fixture, perSecond, forge, () => {});
  during(fixture, perSecond, forge, (turn) => {
    const relay = at(`198.51.100.${1 + turn}:3545`);
    fixture.receive(packet(hostAt(turn), self), relay);
    if (fixture.sink.datagrams.length === 0) return;
    delivered += fixture.receive(replyTo(fixture), relay).sink.packets.length;
  });
  return delivered;
}

Deno.test("C-29: an answer to a test that is forgotten, as others took its place, induces no other", () => {
  const fixture = ClientFixture.a({ random: seededRandom("flood"), maxPeers: 1 });
  const self = fixture.client.status(fixture.now).address!;
  const answers = [1, 2].map((number) => {
    fixture.receive(packet(hostAt(number), self), ACTORS.relay);
    assertEquals(fixture.targets.length, 1);
    return replyTo(fixture);
  });
  fixture.receive(answers[0]!, ACTORS.relay);
  assertEquals([fixture.targets, fixture.sink.drops], [[], ["peer_not_trusted"]]);
});

Deno.test("C-29: in 1,000 forged native packets a second native hosts get in, and in 4,000 nearly half do", () => {
  assertEquals(nativesIn(1_000, madeUp), 100);
  const share = nativesIn(4_000, madeUp);
  assert(share >= 45, `${share} of 100`);
});

Deno.test("C-29: 5,000 forged native packets a second from one relay leave other relays all that they need", () => {
  assertEquals(nativesIn(5_000, () => ACTORS.relay), 100);
});

/** Native hosts that answer their tests come through some relays while a native host of ours rests. */
for (
  const { perSecond, relays, seconds } of [
    { perSecond: 200, relays: 1, seconds: 10 },
    { perSecond: 2_000, relays: 20, seconds: 2 },
  ]
) {
  Deno.test(`C-29: ${perSecond} native hosts a second that answer their tests displace none that the host uses`, () => {
    const { fixture, self } = flooded();
    fixture.send(packet(self, ACTORS.host)).receive(replyTo(fixture), ACTORS.relay);
    for (let number = 0; number < perSecond * seconds; number++) {
      const source = ip6("2001:db8:bad::");
      setU32(source, 12, number);
      const relay = endpoint(ipv4Address(addressOf(ACTORS.relay) + 1 + number % relays), 3545);
      fixture.receive(packet(source, self), relay);
      if (fixture.sink.datagrams.length > 0) fixture.receive(replyTo(fixture), relay);
      fixture.pass(1_000 / perSecond);
    }
    assertEquals(fixture.peer(ACTORS.host)?.path, "relay");
    assertEquals(fixture.send(packet(self, ACTORS.host)).sink.datagrams[0]?.to, ACTORS.relay);
  });
}

Deno.test("C-40: a client that makes room for forged ones is still answered where it is", () => {
  const { fixture, self } = flooded();
  fixture.receive(packet(ACTORS.addressOfB, self), ACTORS.b);
  during(fixture, 5_000, (number) => {
    fixture.receive(packet(hostAt(number), self), madeUp(number));
  }, () => {});
  during(fixture, 5_000, (number) => {
    fixture.receive(packet(hostAt(10_000 + number), self), madeUp(number));
  }, () => {});
  assertEquals(fixture.peer(ACTORS.addressOfB), undefined);
  const data = packet(self, ACTORS.addressOfB);
  assertEquals(fixture.send(data).sink.datagrams, [{ to: ACTORS.b, via: "service", bytes: data }]);
});

Deno.test("C-31: four bubbles forged in a peer's name keep it from the client for 20 s at most", () => {
  const { fixture, self } = flooded();
  const peer = stranger(0);
  const bubble = encodeBubble(clientAt(peer), self);
  for (let i = 0; i < 4; i++) fixture.receive(bubble, PRIMARY).pass(2_000);
  assertEquals(fixture.receive(bubble, PRIMARY).sink.datagrams, []);
  fixture.pass(18_000);
  const answer = { to: peer, via: "service", bytes: encodeBubble(self, clientAt(peer)) } as const;
  assertEquals(fixture.receive(bubble, PRIMARY).sink.datagrams, [answer]);
});

Deno.test("C-38: the search for a silent peer has its four bubbles, and the peer its four answers", () => {
  const { fixture, self } = flooded();
  const peer = stranger(0);
  const bubble = encodeBubble(clientAt(peer), self);
  const sent: string[] = [];
  const count = (list: readonly { to: Endpoint }[], what: string) => {
    if (list.some(({ to }) => to === peer)) sent.push(what);
  };
  for (let i = 0; i < 4; i++) {
    count(fixture.receive(bubble, PRIMARY).sink.datagrams, "answer");
    fixture.pass(2_000);
  }
  for (let second = 0; second < 280; second++) {
    count(fixture.send(packet(self, clientAt(peer))).sink.datagrams, "attempt");
    for (const [, datagram] of fixture.record(1_000)) count([datagram], "attempt");
  }
  assertEquals(sent, [...Array(4).fill("answer"), ...Array(4).fill("attempt")]);
});

Deno.test("C-31: bubbles forged in a peer's name all the time keep the NAT open to that peer", () => {
  const { fixture, self } = flooded();
  const peer = stranger(0);
  const bubble = encodeBubble(clientAt(peer), self);
  const opened: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    fixture.receive(bubble, PRIMARY);
    if (fixture.sink.datagrams.some(({ to }) => to === peer)) opened.push(fixture.now);
    if (fixture.record(500).some(([, { to }]) => to === peer)) opened.push(fixture.now);
  }
  const gaps = opened.slice(1).map((time, i) => time - opened[i]!);
  assert(opened.length > 20 && Math.max(...gaps) <= 20_500, `${gaps}`);
});

/** The headers of IPv4 and UDP. */
const OUTER_HEADERS = 28;

/** Octets on the wire to an address. */
function octetsTo(sent: readonly { to: Endpoint; bytes: Uint8Array }[], address: number): number {
  return sent.filter(({ to }) => addressOf(to) === address)
    .reduce((sum, { bytes }) => sum + OUTER_HEADERS + bytes.length, 0);
}

for (const isRemembered of [true, false]) {
  Deno.test(`C-40: the host's late answer to a stranger ${isRemembered ? "with" : "without"} an entry makes no more of it`, () => {
    const { fixture, self } = flooded();
    const victim = addressOf(stranger(0));
    const source = encodeTeredoAddress({ server: victim, flags: 0, mapping: stranger(0) });
    fixture.receive(packet(source, self, 28, NextHeader.TCP), stranger(0));
    if (!isRemembered) {
      fixture.pass(1_000);
      for (let i = 0; i < 30; i++) {
        during(fixture, 100, (number) => {
          const mapping = madeUp(100 * i + number);
          fixture.receive(packet(clientAt(mapping), self), mapping);
        }, () => {});
      }
    }
    assertEquals(fixture.peer(source) !== undefined, isRemembered);
    fixture.pass(31_000);
    const late = packet(self, source, 28, NextHeader.TCP);
    let octets = octetsTo(fixture.send(late).sink.datagrams, victim);
    octets += octetsTo(fixture.record(30_000).map(([, sent]) => sent), victim);
    assert(octets > 0 && octets <= OUTER_HEADERS + late.length, `${octets}`);
  });
}

Deno.test("C-40: a host that wants a stranger five minutes later looks for it with all four attempts", () => {
  const { fixture, self } = flooded();
  const client = clientAt(stranger(0));
  fixture.receive(packet(client, self), stranger(0));
  const attempts = () => {
    const first = fixture.send(packet(self, client)).targets.includes("198.51.100.118:3544");
    const later = fixture.record(20_000).filter(([, { to }]) => addressOf(to) === ACTORS.s2);
    return Number(first) + later.length;
  };
  fixture.pass(60_000);
  assertEquals(attempts(), 1);
  fixture.pass(300_000);
  assertEquals(attempts(), 4);
});

for (const perSecond of [10, 100]) {
  Deno.test(`C-40: late answers to ${perSecond} strangers a second leave the host its tests and its peers`, () => {
    const { fixture, self } = flooded();
    fixture.send(packet(self, ACTORS.addressOfB)).receive(
      packet(ACTORS.addressOfB, self),
      ACTORS.b,
    );
    const due: [time: number, Uint8Array][] = [];
    const tested = new Set<string>();
    const look = (sent: readonly { bytes: Uint8Array }[]) => {
      for (const { bytes } of sent) {
        const read = parseTeredoPacket(bytes);
        if (typeof read === "string" || !isEchoRequest(read.ipv6)) continue;
        tested.add(read.ipv6.slice(24, 40).toHex());
      }
    };
    let number = 0;
    for (let second = 0; second < 60; second++) {
      during(fixture, 100, () => {
        if (number++ % (100 / perSecond) !== 0) return;
        const mapping = madeUp(number);
        fixture.receive(packet(clientAt(mapping), self), mapping);
        due.push([fixture.now + 31_000, packet(self, clientAt(mapping))]);
      }, () => {
        while (due.length > 0 && due[0]![0] <= fixture.now) {
          look(fixture.send(due.shift()![1]).sink.datagrams);
        }
      });
      look(fixture.send(packet(self, hostAt(second))).sink.datagrams);
    }
    look(fixture.record(9_000).map(([, sent]) => sent));
    const mine = Array.from({ length: 60 }, (_, second) => hostAt(second).toHex());
    assertEquals(mine.filter((host) => !tested.has(host)), []);
    assert(fixture.peer(ACTORS.addressOfB) !== undefined);
  });
}
