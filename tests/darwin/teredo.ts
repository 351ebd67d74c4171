/**
 * The program `teredo`, which believes that it runs on macOS.
 *
 * @module
 */

import "./as_darwin.ts";
import { main } from "../../cli.ts";
import { processContext } from "../../cli/process/process_context.ts";

Deno.exit(await main(Deno.args, processContext()));
