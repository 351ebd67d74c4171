/**
 * `ajv`, by one more step than usual, for the reason that fast_check.ts gives.
 *
 * @module
 */

export { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
export { default as formats } from "npm:ajv-formats@3.0.1";
