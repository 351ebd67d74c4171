/**
 * What all roles have when they run for a person: a log, a service for operators, a recording, and
 * settings that are read again at SIGHUP.
 *
 * @module
 */

import { letPacketsGoFirst, releaseStartMemory } from "../../ffi/open.ts";
import { isWritable, reopenTerminal } from "../../ffi/open_writable.ts";
import { Counters } from "../../io/counters.ts";
import type { AdjustableLog } from "../../io/log.ts";
import { runTogether } from "../../io/run_together.ts";
import type { NodeOptions } from "../../nodes/node_options.ts";
import type { TeredoNode } from "../../nodes/teredo_node.ts";
import { after } from "../../timers.ts";
import { folderOf } from "../process/folders.ts";
import { leadsToJournal } from "../process/journal.ts";
import { openLog } from "../process/open_log.ts";
import { watchReader, writeToLog } from "../process/streams.ts";
import { stateFolder } from "./address_memory.ts";
import type { AskableRole } from "./control/askable_role.ts";
import type { ControlledRole } from "./control/control_path.ts";
import { describeDrops } from "./messages/drop_messages.ts";
import { type Message, writeMessage } from "./messages/message.ts";
import { Throttle } from "./messages/throttle.ts";
import { describeSystemError } from "./messages/system_error_messages.ts";
import { describeTransport } from "./messages/transport_messages.ts";
import { OperatorService } from "./operator_service.ts";
import { Recording } from "./recording/recording.ts";
import { Reload, type Reloadable } from "./reload.ts";
import { type OwnFiles, RoleRights } from "./rights/role_rights.ts";
import { networkFor } from "./settings/allow_private.ts";
import type { DaemonOptions } from "./settings/daemon_options.ts";

/** By then, in milliseconds, what only the start needed has run. */
const START_LENGTH = 2_000;

/** A role that is to run. */
interface DaemonSubject {
  readonly role: ControlledRole;
  /** Events that are counted from zero on. */
  readonly events: readonly string[];
  readonly log: AdjustableLog;
}

/** A node, as far as a daemon handles it. */
type RunningNode = Pick<TeredoNode<string, unknown, unknown>, "finished" | "close">;

/** The log of a role. */
export function openRoleLog({ logLevel, logFormat }: DaemonOptions): AdjustableLog {
  watchReader({ isWritable, reopenTerminal });
  return openLog(logLevel, writeToLog, logFormat, leadsToJournal());
}

/** What is around a role's node. Dispose of it when the node has ended. */
export class Daemon<Options extends DaemonOptions> implements Disposable {
  readonly log: AdjustableLog;
  /** What the role may do. */
  readonly rights: RoleRights;
  readonly #options: Options;
  readonly #counters: Counters;
  readonly #service: OperatorService;
  readonly #recording: Recording;
  readonly #resources: DisposableStack;
  readonly #throttle = new Throttle();

  private constructor(
    options: Options,
    log: AdjustableLog,
    counters: Counters,
    service: OperatorService,
    resources: DisposableStack,
  ) {
    this.#options = options;
    this.log = log;
    this.#counters = counters;
    this.#service = service;
    this.#recording = resources.use(new Recording(options, log));
    this.rights = new RoleRights(options.user, this.#ownFiles(), log);
    this.#resources = resources.move();
  }

  /**
   * Opens the service first, so that a second daemon of the same role ends before it touches
   * anything of the first.
   *
   * @throws {CliError} another one runs, or what was asked for cannot be opened
   */
  static async open<Options extends DaemonOptions>(
    options: Options,
    { role, events, log }: DaemonSubject,
  ): Promise<Daemon<Options>> {
    using resources = new DisposableStack();
    const counters = new Counters();
    const service = await OperatorService.open(options, { role, events, counters, log });
    return new Daemon(options, log, counters, resources.use(service), resources);
  }

  /** What every role's node is opened with. */
  get nodeOptions(): NodeOptions {
    return {
      network: networkFor(this.#options.allowPrivate),
      udp: this.#options.udp,
      onTransport: (news) => writeMessage(this.log, describeTransport(news)),
      onSystemError: (news) => writeMessage(this.log, describeSystemError(news)),
      log: this.log,
      counters: this.#counters,
      tap: (socket) => this.#recording.tap(socket),
      isAlone: true,
    };
  }

  /**
   * What the role's user has to replace and remove later. The folder of a socket whose path was
   * chosen may be anybody's.
   */
  #ownFiles(): OwnFiles {
    const { controlPath: socket } = this.#service;
    const runtime = this.#options.control === undefined && socket !== undefined
      ? folderOf(socket)
      : undefined;
    return { state: stateFolder(), runtime, socket };
  }

  /** The role can't be asked yet, but works at what `status` says. */
  working(status: string): void {
    this.#service.working(status);
  }

  /** From now on, operators can ask about the role. */
  attach(role: AskableRole): void {
    this.#service.attach(role);
  }

  /** The role's report is another one now. */
  refresh(): void {
    this.#service.refresh();
  }

  /** Reads the settings again at each SIGHUP, and applies what the table says. */
  reloadAtHangup(reread: () => Promise<Options>, table: readonly Reloadable<Options>[]): void {
    const reload = new Reload(
      this.#options,
      reread,
      table,
      this.log,
      (path) => this.rights.readingAdvice(path),
    );
    this.#resources.use(reload.atHangup());
    // Another user may not be allowed to read what the one that started the role could.
    if (this.rights.userName !== undefined) void reload.checkReading();
  }

  /** The role reported an event, which reads as this message. */
  report(event: { readonly type: string }, message: Message): void {
    const wanted = this.#throttle.take(event.type, message, performance.now());
    if (wanted !== undefined) writeMessage(this.log, wanted);
    this.#service.onEvent(event);
  }

  /**
   * Waits for the end of a node that was started. `signal` ends it at the latest.
   *
   * @throws what ended the node against its will
   */
  async untilEnd(node: RunningNode, signal: AbortSignal): Promise<void> {
    letPacketsGoFirst();
    const cancelRelease = after(START_LENGTH, releaseStartMemory);
    try {
      await runTogether(
        signal,
        (ending) => untilEnd(node, ending),
        (ending) => this.#service.run(ending),
      );
    } finally {
      cancelRelease();
    }
    this.log.debug(() => describeDrops(this.#counters));
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

async function untilEnd(node: RunningNode, signal: AbortSignal): Promise<void> {
  const close = () => void node.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  try {
    await node.finished;
  } finally {
    signal.removeEventListener("abort", close);
  }
}
