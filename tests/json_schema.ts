/**
 * Holding values to a JSON Schema.
 *
 * @module
 */

import { Ajv2020, formats } from "./ajv.ts";

/** Makes a function that tells what is wrong with a value: nothing, or a line for each mistake. */
export function schemaValidator(schema: Record<string, unknown>): (value: unknown) => string[] {
  // Types in lists are how "or null" is said.
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
