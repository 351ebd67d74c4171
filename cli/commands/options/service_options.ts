/**
 * Options of roles for those who operate them.
 *
 * @module
 */

import { LOG_FORMATS, type LogFormat } from "../../../io/log.ts";
import { LISTEN_ADDRESS, type ListenAddress } from "../../args/kinds/listen_address.ts";
import { defaulted, type Option, optional } from "../../args/option.ts";
import { FILE, oneOf } from "../../args/kinds/value_kind.ts";

/** `--control`, of what runs and of who asks. */
export const CONTROL: Option<string | undefined> = optional(
  { ...FILE, placeholder: "PATH" },
  'The socket by which "teredo status" asks',
  "one for each role in /run/teredo, or in the user's own folder",
);

/** `--metrics`. */
export const METRICS: Option<ListenAddress | undefined> = optional(
  LISTEN_ADDRESS,
  "Serve metrics for Prometheus by HTTP, with /healthz and /ready",
  "off",
);

/** `--log-format`. */
export const LOG_FORMAT: Option<LogFormat> = defaulted(
  oneOf("FORMAT", LOG_FORMATS),
  "text",
  "How messages are written: lines of plain words, or of JSON",
);

/** `--hook`. */
export const HOOK: Option<string | undefined> = optional(
  { ...FILE, placeholder: "PROGRAM" },
  "Run a program when the address comes, changes or goes; it finds STATE, ADDRESS and more in its " +
    "environment",
  "none",
);
