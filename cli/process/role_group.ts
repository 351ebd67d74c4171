/**
 * The group of the system that people of a host share with the roles there.
 *
 * @module
 */

/** Its members may ask roles and read their secrets. Services, and roles that root starts, are in it. */
export const ROLE_GROUP = "teredo";
