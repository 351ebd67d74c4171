/**
 * The manual page `teredo(8)`, generated from the table of commands in the macros of man(7).
 *
 * @module
 */

import type { Command } from "../cli/args/command.ts";
import { EXIT_CODE_MEANINGS } from "../cli/process/exit_code.ts";
import { commandUsage, optionNotes, optionTerm } from "../cli/args/help.ts";
import type { Option } from "../cli/args/option.ts";
import { PROGRAM_OPTIONS, programOperands, programTerm } from "../cli/args/program_options.ts";
import { escape, item, type Lines, paragraphs, quote, title } from "./roff.ts";

/**
 * The page, in the source of `man`. It has no date, so that the same version gives the same page.
 */
export function manPage(commands: readonly Command[], version: string): string {
  return [
    ...title("TEREDO", 8, version),
    ".SH NAME",
    // Programs that index manual pages look for exactly this dash.
    "teredo \\- IPv6 for hosts behind IPv4 NATs",
    ".SH SYNOPSIS",
    ...commands.flatMap((command, i) => [...i === 0 ? [] : [".br"], ...synopsis(command)]),
    ".SH DESCRIPTION",
    ...paragraphs([
      "Teredo (RFC 4380) carries IPv6 in UDP over IPv4. A client gets an address from a server, which shows it its address outside its NAT and introduces peers to one another. Data then goes directly between them. A relay carries packets to and from the native IPv6 Internet.",
      "Every role runs in the foreground and writes one line to the standard error stream for each change of its state. It configures its interface, addresses and routes itself, and removes them however it ends.",
    ]),
    ".SH COMMANDS",
    ...commands.flatMap(describe),
    ".SH OPTIONS",
    "Without a command:",
    ...PROGRAM_OPTIONS.flatMap((option) =>
      item(inBold(programTerm(option), programOperands(option)), `${option.help}.`)
    ),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT_CODE_MEANINGS).flatMap(([code, meaning]) =>
      item(`.B ${code}`, `${meaning}.`)
    ),
    ".SH ENVIRONMENT",
    "Every option can also be set by a variable; the options above name it. A switch is true or false; an empty variable counts as unset. Roles warn about a variable TEREDO_... that no command reads.",
    ".SH FILES",
    ...item(
      ".I /etc/teredo/client.yaml\\fR, \\fI/etc/teredo/server.yaml\\fR, \\fI/etc/teredo/relay.yaml",
      "Options of each role; see teredo.yaml(5). The command line and the environment win over them.",
    ),
    ...item(".I /dev/net/tun", "Where client and relay get their network interface."),
    ".SH EXAMPLES",
    ...commands.flatMap(({ examples }) =>
      examples.flatMap(({ line, does }) => [
        ".PP",
        `${escape(does)}:`,
        ".PP",
        ".RS",
        ".EX",
        `teredo ${escape(line)}`,
        ".EE",
        ".RE",
      ])
    ),
    ".SH STANDARDS",
    "RFC 4380, RFC 5991, and parts of RFC 6081.",
    ".SH SEE ALSO",
    ".BR teredo.yaml (5),",
    ".BR ip (8),",
    ".BR ip6tables (8),",
    ".BR systemd.service (5)",
    "",
  ].join("\n");
}

function synopsis(command: Command): Lines {
  const [first, second, ...rest] = commandUsage(command).split(" ");
  return [`.B ${escape(`${first} ${second}`)}`, escape(rest.join(" "))];
}

function describe(command: Command): Lines {
  const { summary, details, positional } = command;
  return [
    `.SS ${quote(`teredo ${command.name}`)}`,
    `${escape(summary)}.`,
    ...paragraphs(details),
    ...positional ? item(`.I ${quote(positional.kind.placeholder)}`, `${positional.help}.`) : [],
    ...Object.entries(command.options).flatMap(([property, option]) =>
      item(term(property, option), explain(property, option))
    ),
  ];
}

function term(property: string, option: Option<unknown>): string {
  const placeholder = option.kind?.placeholder;
  const whole = optionTerm(property, option);
  if (placeholder === undefined) return inBold(whole, "");
  return inBold(whole.slice(0, -placeholder.length - 1), placeholder);
}

/** The option in bold, what it takes in italics. */
function inBold(option: string, operands: string): string {
  return operands === "" ? `.B ${quote(option)}` : `.BI ${quote(option)} ${quote(` ${operands}`)}`;
}

function explain(property: string, option: Option<unknown>): string {
  const notes = optionNotes(property, option).join("; ");
  return notes === "" ? `${option.help}.` : `${option.help} (${notes}).`;
}
