/**
 * Turns of phrase that we avoid, docs/conventions.md.
 *
 * @module
 */

/** Something that plain English says otherwise. */
interface TurnOfPhrase {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** People, of whom "who" may be said. */
const PEOPLE = "people|person|anyone|anybody|someone|somebody|nobody|everyone|everybody|those|" +
  "users?|readers?|authors?|operators?|attackers?|maintainers?|engineers?|newcomers?";

/** Words before a question that "who" asks. */
const ASKING =
  "says?|said|say|shows?|knows?|know|see|checks?|checking|controls?|decides?|and|or|of";

/** What we avoid. */
export const AVOIDED: readonly TurnOfPhrase[] = [
  {
    pattern: new RegExp(`(?<!\\b(?:${PEOPLE}|${ASKING}) |["(])\\bwho\\b`, "i"),
    instead: '"that" for things, and a subject that has a name',
  },
  { pattern: /\bwhom\b/i, instead: '"that", or another order of words' },
  { pattern: /\bwhoever\b(?! (?:takes|has|made|wrote))/i, instead: "a name for the subject" },
  {
    pattern: /(?<!\bthere )\b(?:is|are|was|were) no\b(?! (?:longer|more))/i,
    instead: '"isn\'t a", "has no"',
  },
  {
    pattern: /(?<!\bthere )\b(?:is|are|was|were) none\b/i,
    instead: '"there isn\'t one", "is missing"',
  },
  { pattern: /\b(?:to be|can be|cannot be|could be) had\b/i, instead: '"is available"' },
  { pattern: /\bfor want of\b/i, instead: '"because there is no"' },
  { pattern: /\bwhat\b.{1,60} (?:is|are) at\b(?=[.,;:"]|$)/i, instead: '"the state of"' },
  { pattern: /\bproves? to know\b/i, instead: '"proves that it knows"' },
  { pattern: /\bknows? no\b(?! other)/i, instead: '"has no", "doesn\'t know"' },
  { pattern: /\bsigns? of life\b/i, instead: '"answer"' },
  { pattern: /\bof (?:its|their|our|your|his|her) own\b/i, instead: '"its own …"' },
  { pattern: /\bbe (?:it|they)\b/i, instead: '"whether it is"' },
  {
    pattern:
      /[,;:] for (?:it|they|he|she|we|you|there|nobody|everybody|only|neither|these|those|its|their|who|what) /i,
    instead: '"because"',
  },
  {
    pattern: /^ *(?:- |\* )?Beside\b|[,;] beside (?:which|what|it)\b/,
    instead: '"besides" or "next to"',
  },
  { pattern: /\btells? (?:of|whether|which|how|all|apart)\b/i, instead: '"shows", "says"' },
  {
    pattern: /\bstands? (?:in|on|at|above|below|here|there|beside|behind)\b(?! for)/i,
    instead: '"is"',
  },
  { pattern: /\b(?:has|have|had) not(?=[.,;:)]|$)/i, instead: '"lacks", "doesn\'t have"' },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, instead: '"fix", "solve"' },
  { pattern: /\b(?:hence|thereof|whereof|whereby|anew|whilst|shall)\b/i, instead: "a common word" },
  { pattern: /(?<!\bthen .*)[;,] else\b|^Else,/i, instead: '"otherwise"' },
  { pattern: /\b(?:is|are|was|were) to be\b/i, instead: '"must be", "will be"' },
  { pattern: /\bat hand\b/i, instead: '"available"' },
  { pattern: /\b(?:does|do) not do\b/i, instead: '"doesn\'t work"' },
  { pattern: /\bwant(?:s|ed)? another\b/i, instead: '"needs"' },
];

/** Places in a text that need another wording, one string for each. */
export function avoidedIn(text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    AVOIDED.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(line);
      if (found === null) return [];
      return [`${index + 1}: "${found[0]}" in "${line.trim()}"; write ${instead}`];
    })
  );
}
