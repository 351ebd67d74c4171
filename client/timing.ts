/**
 * Every time and rate that a client keeps, in milliseconds unless it says otherwise.
 *
 * First what the RFCs fix, then what they leave open and we have chosen, with the reason. The times
 * that a relay keeps as well (spacing of bubbles, validity of peers) are in
 * `protocol/constants.ts`; the probe, which is not part of the protocol, has its own.
 *
 * @module
 */

import { BUBBLE_SPACING, PEER_VALIDITY } from "../protocol/constants.ts";

// What the RFCs fix.

/** How long a client waits for a Router Advertisement, RFC 4380 §5.2.1. */
export const QUALIFICATION_TIMEOUT = 4_000;

/** How often a solicitation is sent before a phase has failed, RFC 4380 §5.2.1 and RFC 4861 §10. */
export const QUALIFICATION_TRANSMISSIONS = 3;

/** The default refresh interval, RFC 4380 §5.2 and RFC 6081 §5.1.1. */
export const REFRESH_INTERVAL = 30_000;

/** How long a local peer is remembered after its discovery bubble, RFC 4380 §5.2.4 case 3. */
export const LOCAL_PEER_VALIDITY = 600_000;

/** A refresh comes after this share of the interval, drawn again each time, RFC 4380 §5.2.5. */
export const REFRESH_JITTER = { low: 0.75, high: 1 } as const;

/** The longest refresh interval that is tried, RFC 4380 §5.2.7. */
export const MAX_REFRESH_INTERVAL = 120_000;

/** An interval of this share of one that proved too long is good enough, RFC 4380 §5.2.7. */
export const REFRESH_STOP_RATIO = 0.75;

/** The time between two announcements is drawn from this range, RFC 4380 §5.2.8. */
export const ANNOUNCEMENT_PERIOD = { low: 200_000, high: 300_000 } as const;

/** Solicitations to a peer that fell silent, before its server is asked, RFC 6081 §5.7.2. */
export const MAX_SOLICITATIONS = 2;

/** How often a peer that is reached through a random port is looked after, RFC 6081 §5.4.2. */
export const PEER_REFRESH_INTERVAL = 30_000;

/** Bubbles that keep an idle random port open at most, RFC 6081 §5.4.2.1. */
export const MAX_REFRESHES = 20;

/** The wait for an Echo Test's answers; as often as tests have begun, RFC 6081 §5.5.4.1.1. */
export const ECHO_TEST_TIMEOUT = 1_000;

/** Echo Tests for one indirect bubble, RFC 6081 §5.5.2.2. */
export const MAX_ECHO_TESTS = 2;

// What is ours.

/**
 * How long an off-line client pauses before it starts over (RFC 4380 §5.2.1 does not say): doubled
 * from the first to the last, which spares a server that is down and still finds it soon after a
 * short outage.
 */
export const RESTART_DELAY = { first: 5_000, last: 300_000 } as const;

/**
 * The share of that pause, drawn again each time, so that a server's clients do not all return at
 * once.
 */
export const RESTART_JITTER = { low: 0.75, high: 1.25 } as const;

/**
 * How long a client waits for the server's secondary address before it uses its Teredo address
 * without: RFC 4380 §5.2.1 would give up, but a server on a machine with one address has no other.
 */
export const SECONDARY_PATIENCE = 1_000;

/**
 * How often a secondary address that did not answer is asked again, which may only have been down.
 */
export const NAT_CHECK_INTERVAL = 600_000;

/** How often a client on a fallback server solicits the preferred one. */
export const RETURN_INTERVAL = 600_000;

/**
 * How many intervals packets in the server's name can put a refresh off (RFC 4380 §5.2.5 sets no
 * limit): anyone can forge the server's address, so after these a solicitation goes out all the
 * same.
 */
export const POSTPONED_INTERVALS = 2;

/**
 * How often a packet of a trusted peer that comes from the server's socket counts as a sign of the
 * server.
 */
export const HEARING_INTERVAL = 1_000;

/**
 * A longer interval is worth trying only if it gains this much; RFC 4380 §5.2.7 alone ends on
 * failures only.
 */
export const LEAST_INTERVAL_GAIN = 5_000;

/** How long the data of a connectivity test (RFC 4380 §5.2.9) proves anything. */
export const TEST_VALIDITY = 30_000;

/**
 * A relay that is gone says nothing, so a native host that stays silent this long is tested again,
 * through whatever relay is nearest to it by then. RFC 4380 §5.2.4 would wait for its entry to end,
 * after 30 s.
 */
export const DOUBT_AFTER = 4_000;

/**
 * A client that only receives tells its peer that it is still there, before the peer's entry for it
 * ends and its data has to wait for another exchange of bubbles.
 */
export const RECEIVER_BUBBLE_AFTER = PEER_VALIDITY * 2 / 3;

/**
 * While a peer is reached through a gateway, the direct way is tried this often: a pair that has
 * become able to meet does so within 30 s. RFC 4380 §5.2.6 limits bubbles to a peer that is silent;
 * this one answers, only by another way.
 */
export const DIRECT_TRY_INTERVAL = 25_000;

/**
 * Indirect bubbles of a peer are answered this often however many of our bubbles had no answer. Where
 * our server is a gateway, peers try again and again like that. Anyone can forge four bubbles in a
 * peer's name, which would keep it from us for 300 s; NATs stay open for longer than this after an
 * answer, so the peer gets in whenever it tries.
 */
export const PERSISTENT_ANSWER_SPACING = 20_000;

/** A peer that is reached through a gateway gets four such answers within this time at most. */
export const PERSISTENT_ANSWER_WINDOW = 4_000;

/**
 * How long after a neighbour's proof its private addresses are believed: they come through the
 * server, and the proof straight through a NAT that hairpins.
 */
export const INTRODUCTION_TIME = 4_000;

/**
 * A peer that was found by a packet that anyone could have forged has this long to prove its place by
 * itself: bubbles are on their way as a rule. RFC 4380 §5.2.3 case 3 asks for no proof at all.
 */
export const PROOF_PATIENCE = BUBBLE_SPACING;

/** How often it is asked then, while the host sends to it. */
export const PROOF_ATTEMPTS = 2;

/**
 * It is asked again after this time if it has not answered. That finds the right place of a peer
 * behind a symmetric NAT, whatever others forge.
 */
export const PROOF_INTERVAL = PEER_VALIDITY;

/** How long a TCP connection through a gateway is remembered after its end, for the last packets. */
export const CLOSED_FLOW_VALIDITY = 120_000;

/** How long a flow of UDP or another protocol through a gateway is remembered, RFC 4787 REQ-5. */
export const FLOW_VALIDITY = 120_000;

/**
 * For this long after a Teredo client came unasked, what the host sends to it may still be an answer:
 * a kernel repeats one to a TCP connection for a minute or two.
 */
export const LATEST_ANSWER = 300_000;

/** Random ports (RFC 6081 §5.4) that are open at a time. Further peers do without. */
export const MAX_RANDOM_PORTS = 64;

/**
 * How long a random port stays open when the service port has turned out to work: the peer may have
 * just sent something there. RFC 6081 §5.4.4.5 closes it at once.
 */
export const CLOSING_DELAY = 2_000;

/**
 * How far apart the two ports of an Echo Test (RFC 6081 §5.5) may be. Two is what a NAT that counts
 * upwards gives; more is the traffic of others meanwhile; with much more, the ports are drawn in
 * another way.
 */
export const MAX_PORT_DISTANCE = 16;
