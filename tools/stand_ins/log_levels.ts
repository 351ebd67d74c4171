/**
 * Levels of the stand-in for `@std/log`.
 *
 * @module
 */

/** Levels by name; the numbers leave room between them. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** The name of a level. */
export type LevelName = keyof typeof LogLevels;

/** A level. */
export type LogLevel = typeof LogLevels[LevelName];

/** All names, from the least level up. */
export const LogLevelNames: LevelName[] = Object.keys(LogLevels) as LevelName[];

/** The level of that name. */
export function getLevelByName(name: LevelName): LogLevel {
  if (!Object.hasOwn(LogLevels, name)) {
    throw new Error(`"${name}" is not one of the levels ${LogLevelNames.join(", ")}`);
  }
  return LogLevels[name];
}

/** The name of that level. */
export function getLevelName(level: LogLevel): LevelName {
  const name = LogLevelNames.find((each) => LogLevels[each] === level);
  if (!name) throw new Error(`${level} is the number of no level`);
  return name;
}
