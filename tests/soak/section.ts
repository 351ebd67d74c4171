/**
 * The section "Soak" of docs/reliability.md.
 *
 * @module
 */

import { LONGEST_SILENCE } from "./pairs.ts";
import { quantileOf } from "./plot.ts";
import type { RoleSample, SoakRecord } from "./soak_record.ts";
import {
  changes,
  isExcused,
  judge,
  MEMORY_GROWTH,
  OVERLOAD,
  smallest,
  WINDOWS,
} from "./verdict.ts";

/** Puts the section into a document, in place of the one that is there. */
export function withSection(document: string, record: SoakRecord): string {
  const parts = document.split(/^(?=## )/m);
  const section = `${sectionOf(record)}\n`;
  const at = parts.findIndex((part) => part.startsWith("## Soak\n"));
  if (at < 0) return `${document.trimEnd()}\n\n${section}`;
  const isLast = at === parts.length - 1;
  return parts.with(at, isLast ? section : `${section}\n`).join("");
}

/** The section. */
function sectionOf(record: SoakRecord): string {
  return [INTRODUCTION, resultOf(record), ROLES_HEAD, rolesOf(record), LATENCY, "", pingsOf(record)]
    .join("\n");
}

const INTRODUCTION = `## Soak

    TEREDO_BIN=dist/teredo deno task soak --minutes 30 --write

This runs two servers, a gateway, a relay and four clients in a lab of network namespaces, each client behind another NAT.
Meanwhile

- clients behind two more NATs start, ping and end: by INT, by TERM, by KILL, and because someone deletes their interface;
- crowds of 200 clients live for a moment each, and bursts of 2,000 virtual clients qualify;
- the NAT of client B reboots and takes other ports, and its link fails;
- the server of client D is restarted, after INT, TERM and KILL by turns;
- the other roles read their configuration again, with other settings each time;
- connections to the metrics port stay idle, and \`teredo status\` and the metrics are asked of every role;
- TCP with checksums and UDP datagrams go between clients that nothing happens to, and to a native host;
- hooks run.

Every few seconds it looks at each process, and pings between all pairs. After the warm-up, a fifth of the time, it compares
the first and the last of ${WINDOWS} windows. It fails if

- a role's resident memory has grown by more than ${
  Math.round((MEMORY_GROWTH - 1) * 100)
} %, or it has more descriptors at the end than it usually had at the
  beginning, or it was not seen then;
- a pair does not meet when everything rests at the end;
- a flow of TCP was changed, or a role ended;
- the hook of a client did not run once at its end, unless that was KILL;
- a pair was without an answer for more than ${LONGEST_SILENCE} s, or a role, a crowd, a new client or a datagram of UDP got none in time, unless programs waited for a processor in more
  than ${OVERLOAD * 100} % of the last minute, by the kernel's count;
- something is left when all have ended: an interface, address, route, socket, table of nf_tables, or a zombie.
`;

function resultOf(record: SoakRecord): string {
  const { options, started, program, machine, counts } = record;
  const bad = judge(record).filter(({ isGood }) => !isGood);
  const counted = Object.entries(counts).sort()
    .map(([what, count]) => `${what} ${count.toLocaleString("en")}`).join(", ");
  return `### What was seen

${
    bad.length === 0
      ? "The soak passed."
      : `The soak failed: ${bad.map(({ what }) => what).join(", ")}.`
  } It ran for ${Math.round(options.duration / 60)} minutes on ${
    started.slice(0, 10)
  }, with ${program}, on a machine with ${machine} that other programs used too.
${delaysOf(record)}Turns: ${counted}.

![Memory, descriptors and round trips during the soak](soak.svg)
`;
}

function delaysOf({ delays }: SoakRecord): string {
  if (delays.length === 0) return "";
  const excused = delays.filter(isExcused).length;
  return `Something came too late ${delays.length} times, ${excused} of them while the machine had no processor left.\n`;
}

const ROLES_HEAD = `The first and the last window, medians (of descriptors, the smallest number):

| Role | MB | | descriptors | | threads | | entries | | processor |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |`;

function rolesOf(record: SoakRecord): string {
  const columns = [
    changes(record, "resident"),
    changes(record, "descriptors", smallest),
    changes(record, "threads"),
    changes(record, "entries"),
  ];
  return columns[0]!.map(({ role }, i) => {
    const cells = columns.flatMap((column, at) =>
      [column[i]!.first, column[i]!.last].map((value) => value.toFixed(at === 0 ? 1 : 0))
    );
    return `| ${[role, ...cells, `${processorOf(record, role).toFixed(1)} %`].join(" | ")} |`;
  }).join("\n");
}

/** The share of one processor that a role used. */
function processorOf({ samples }: SoakRecord, role: string): number {
  const seen = samples.flatMap(({ at, roles }): [number, RoleSample][] =>
    roles[role] === undefined ? [] : [[at, roles[role]]]
  );
  const [[start, first], [end, last]] = [seen.at(0)!, seen.at(-1)!];
  return (last.processor - first.processor) / (end - start) * 100;
}

const LATENCY = `
Entries are the peers that a role knows, and a gateway's accounts. A gateway and the relay remember those of the
crowds. The memory of client A goes up and down with the ports that it opens for single peers (RFC 6081 §5.4): its server,
the gateway, has one address, so it can't rule out a symmetric NAT. The processor is one of the machine's.`;

function pingsOf({ samples, silences }: SoakRecord): string {
  const requests = samples.reduce((sum, sample) => sum + sample.requests, 0);
  const answers = samples.reduce((sum, sample) => sum + sample.roundTrips.length, 0);
  const longest = (isOfB: boolean) =>
    Math.max(
      0,
      ...Object.entries(silences).filter(([pair]) => pair.includes("client B") === isOfB)
        .map(([, seconds]) => seconds),
    ).toFixed(0);
  return `Of ${requests.toLocaleString("en")} pings ${
    answers.toLocaleString("en")
  } were answered. The median took ${
    quantileOf(samples, 0.5)?.toFixed(1)
  } ms, and 99 of 100 took less than ${
    quantileOf(samples, 0.99)?.toFixed(0)
  } ms. Client B, whose NAT
and link fail, was without an answer for ${longest(true)} s at most, the other pairs for ${
    longest(false)
  } s, two rounds of pings included.`;
}
