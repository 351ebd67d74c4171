/**
 * Options with which a running role can be watched.
 *
 * @module
 */

import { FOLDERS } from "../../process/folders.ts";
import { LOG_FORMATS, type LogFormat } from "../../../io/log.ts";
import { LISTEN_ADDRESS, type ListenAddress } from "../../args/kinds/listen_address.ts";
import { defaulted, type Option, optional } from "../../args/option.ts";
import { FILE, oneOf } from "../../args/kinds/value_kind.ts";

/** `--control`, of roles and of the commands that ask them. */
export const CONTROL: Option<string | undefined> = optional(
  { ...FILE, placeholder: "PATH" },
  'Control socket, which "teredo status" and "teredo ping" use',
  `one for each role, in ${FOLDERS.runtime} or the user's runtime folder`,
);

/** `--metrics`. */
export const METRICS: Option<ListenAddress | undefined> = optional(
  LISTEN_ADDRESS,
  "Serve Prometheus metrics over HTTP at this address, with /healthz and /ready",
  "off",
);

/** `--log-format`. */
export const LOG_FORMAT: Option<LogFormat> = defaulted(
  oneOf("FORMAT", LOG_FORMATS),
  "text",
  "Format of log messages: plain text, or a JSON object on each line",
);

/** `--hook`. */
export const HOOK: Option<string | undefined> = optional(
  { ...FILE, placeholder: "PROGRAM" },
  "Program to run when the address comes, changes or goes; it finds STATE, ADDRESS and more " +
    "in its environment",
  "none",
);
