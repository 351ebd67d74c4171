/**
 * What the executable runs, as the bundler starts from it.
 *
 * @module
 */

export { main } from "../../cli.ts";
export { processContext } from "../../cli/process/process_context.ts";
