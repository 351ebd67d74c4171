/**
 * The exit codes of the program.
 *
 * @module
 */

/** What the exit code means. */
export const ExitCode = {
  /** Success, or ended on request. */
  OK: 0,
  /** Failure. */
  FAILED: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** No server gives this host an address. */
  NOT_QUALIFIED: 3,
  /** The same number: a role whose interface or host has a fault is as good as without an address. */
  NOT_READY: 3,
  /** The same number: what is not running has no address either. */
  NOT_RUNNING: 3,
  /** A permission is missing; the number that systemd calls NOPERM. */
  PERMISSION: 77,
  /** A setting or a file is wrong; the number that systemd calls CONFIG. */
  CONFIG: 78,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** What each exit code means, for documents. */
export const EXIT_CODE_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [ExitCode.OK]: "Success, or ended by SIGINT or SIGTERM",
  [ExitCode.FAILED]: "Failure",
  [ExitCode.USAGE]: "The command line is wrong",
  [ExitCode.NOT_QUALIFIED]:
    "No server gives this host an address, no role is running, or one isn't ready",
  [ExitCode.PERMISSION]: "A permission is missing",
  [ExitCode.CONFIG]: "A setting, or a file that it names, is wrong: trying again does not help",
};
