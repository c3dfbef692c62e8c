/**
 * What must never enter the global tier, nor a bank by import: lessons that name places of one program or machine, faults of the machinery
 * that judged them, or that speak to their reader instead of about code. AdaExplore's bank came to hold "no `else:` at line 223" and the loss
 * of its evaluator as lessons: counting how often something was said does not keep it out.
 *
 * The rules are about kinds of words and cannot know every way to say a thing: whoever shows lessons to a model still shows them as quoted data.
 * Every pattern takes time in proportion to the text.
 */
import { cleanProse, withoutPlaces } from "../code/clean-text.ts";
import type { Lesson } from "../lesson/lesson.ts";

interface Rule {
  readonly reason: string;
  readonly patterns: readonly RegExp[];
}

const places: readonly Rule[] = [
  {
    reason: "it names a line of one program",
    patterns: [
      /\blines? (?:no\.?|numbers?) ?#?\d/i,
      /\bln\.? ?\d+\b/i,
      /\b\d+(?:st|nd|rd|th) line\b/i,
      /(?<![\w.])L\d{2,5}\b/,
      /\blines? #?\d+\b/i,
    ],
  },
  {
    reason: "it names an address",
    patterns: [
      /\w:\/\//,
      /\b(?:javascript|data|mailto):\S/i,
      /(?<![\w.])www\.[\w-]/i,
      /(?<=\w)@[\w-]{1,64}\.[\w-]/,
    ],
  },
  {
    reason: "it names a host",
    patterns: [
      /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)/,
      /\blocalhost\b/i,
      /(?<=[a-z\d-]{2})\.(?:com|org|net|edu|gov|mil|io|dev|ai|app|cloud|local|internal|lan|corp|localdomain|co\.uk|de|fr|cn|ru|jp)(?![\w([.]*[\w([])/i,
      /\bhost(?:name)?s? (?:named|called|is|was|at) /i,
    ],
  },
  {
    reason: "it names a file or a folder",
    patterns: [
      /(?<![\w)\]])\/(?:tmp|home|usr|etc|var|root|proc|sys|dev|opt|mnt|srv|bin|lib|users|workspace)\b/i,
      /(?<![\w~])~\/\w/,
      /\$(?:HOME|PWD|TMPDIR|\{HOME\})/,
      /\b[a-z]:\\/i,
      /(?<=(?<![\w.<"/-])\w[\w-]{2,60})\.(?:c|cc|cpp|cxx|mjs|py|sh|json|jsonl|txt|exe)(?![\w([.]*[\w([])/i,
    ],
  },
];

const faults: readonly Rule[] = [
  {
    reason: "it speaks of a fault of the harness, not of code",
    patterns: [
      /\b(?:evaluator|harness|supervisor|sandbox|jail|worker|judge|runner|container|test rig|measuring machine)\b.{0,50}?\b(?:lost|failed|fails?|crash(?:ed|es)?|died|dead|killed|gone|unavailable|unreachable|restart(?:ed|s)?|broken?|disconnect(?:ed|s)?|missing|hung|hangs|overloaded|not (?:respond|answer|start|run)\w*)\b/i,
      /\b(?:lost|losing|no|failed|dropped|broken|could not|cannot|can't) (?:the |its |a )?(?:connect(?:ion|ed)?|contact|link) (?:to|with) /i,
      /\bconnection (?:was |is |has been )?(?:lost|refused|reset|closed|timed out|aborted)\b/i,
      /\b(?:machine|host|system|server|computer|container|kernel)(?:'s| was| is| ran| has run| went)?\b.{0,20}?\bout of (?:memory|disk|space)\b/i,
      /\bout of memory (?:of|on) the (?:machine|host|system|server)\b/i,
      /\b(?:oom|out[- ]of[- ]memory)[- ]killer\b/i,
      /\bno space left\b|\bdisk (?:is |was )?full\b|\btoo many open files\b|\bquota (?:was |is )?exceeded\b/i,
      /\b(?:rate limit|http (?:error )?[45]\d\d|(?:model|provider|api) (?:was |is )?(?:overloaded|unavailable|unreachable|timed out))/i,
      /\b(?:ECONN\w+|ETIMEDOUT|ENOSPC|ENOMEM|EMFILE|EPIPE)\b/,
      /\bpermission denied\b|\bno such file\b|\bread-only file system\b/i,
      /\b(?:compiler|g\+\+|gcc|clang) (?:is |was )?(?:not (?:installed|found|available)|missing)\b|\bcommand not found\b/i,
    ],
  },
];

/** Also looked for in diffs, whose comments a reader may be shown. */
const commands: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass|skip) (?:\w+ ){0,4}?(?:previous|prior|above|earlier|preceding|foregoing|system|your|any other|all other|these) (?:\w+ ){0,3}?(?:instructions?|prompts?|rules?|messages?|guidelines?|directions?|directives?|constraints?|context|lessons?)\b/i,
  /\b(?:new|updated|real|actual|secret|hidden) (?:system )?(?:instructions?|prompt)\b/i,
  /<\|[\w ]{1,30}\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?s>/i,
  /<\/?(?:system|assistant|user|human|instructions?|prompt|tool_?(?:call|use|result)s?|function_?calls?|invoke|lessons?|thinking|think)>/i,
  /\b(?:tool_call|tool_use|function_call|function_calls)\b/,
  /\b(?:reveal|print|show|send|post|upload|give|provide|output|leak|share|include|exfiltrate|email|repeat|quote) (?:\S+ ){0,5}?(?:api[ _-]?keys?|passwords?|passphrases?|secrets?|credentials?|private keys?|ssh keys?|(?:access|auth|api|bearer|session)[ _-]tokens?|system prompt|environment variables?|your (?:instructions|prompt))\b/i,
  /\b(?:rm -rf|sudo |curl -|curl http|wget |bash -c|sh -c|powershell|chmod \+x|eval\(|os\.system|subprocess\.)/i,
];

const speaking: readonly Rule[] = [
  { reason: "it gives its reader instructions", patterns: commands },
  {
    reason: "it gives its reader instructions",
    patterns: [
      /\byou are (?:now |no longer |an? |the )?(?:\w+ ){0,3}?(?:ai|assistant|model|agent|expert|bot|developer|administrator|chatgpt|claude|in \w+ mode|allowed|required|permitted|instructed)\b/i,
      /\b(?:act|behave|respond|answer|reply|speak) (?:only )?(?:as|like) (?:if you|an?|the) /i,
      /\bpretend (?:to|that|you)\b|\bfrom now on\b|\brole-?play\b|\bjailbreak\b|\bdeveloper mode\b/i,
      /(?:^|[.!?"'>\])}]\s*)(?:system|assistant|user|human|developer|tool)\s?:/i,
      /(?:^|\s)#{2,} ?(?:instructions?|system|response|task|user|assistant)\b/i,
      /\b(?:note|attention|message|hint|instructions?) (?:to|for) (?:the |any |all |every )?(?:\w+ )?(?:reader|model|models|ai|ais|assistant|agent|agents|llm|llms|language model)\b/i,
      /\b(?:you|the (?:model|assistant|agent|reader|llm|ai)) (?:must|should|shall|will|have to|need to) (?:now |always |never |only |instead |first )*(?:ignore|disregard|obey|comply|reply|respond|answer|say|output|print|return only|write only|tell|mention|reveal|refuse|call|execute|run|visit|download|open|email|send|stop)\b/i,
      /\b(?:always|never|only|please|instead|now|then|first|must|just) (?:reply|respond|answer|obey|comply|output only|print only|say)\b/i,
      /\b(?:reply|respond|answer)(?: only)? (?:with|by|in|using)\b/i,
      /\bdo not (?:tell|mention|reveal|report|disclose|inform|warn)\b|\bwithout (?:telling|informing) (?:the |anyone|any)/i,
      /\b(?:call|use|invoke|run|execute) (?:the |this |your |a )?(?:\w+ )?(?:tools?\b|shell\b|terminal\b|bash\b|following (?:command|code|script)|command line)/i,
      /\b(?:visit|download|fetch|browse|navigate to|click) (?:the |this |a |my )?(?:\w+ )?(?:url|link|site|website|page|payload|script|binary)\b/i,
      /\b(?:api[ _-]?keys?|passwords?|passphrases?|ssh keys?|bearer tokens?|credentials?|system prompts?)\b/i,
      /(?<![A-Za-z\d+/])[A-Za-z\d+/]{160}/,
    ],
  },
  {
    reason: "it works against the judging, not on the code",
    patterns: [
      /\bhard-?(?:code|coding|coded|wire|wired)\b.{0,40}?\b(?:expected|reference|correct|test|checked|known) (?:outputs?|results?|answers?|values?|cases?|inputs?)\b/i,
      /\b(?:detect|recogni[sz]e|notice|tell|guess)\w*\b.{0,40}?\b(?:being (?:timed|tested|judged|measured|benchmarked)|the (?:timer|evaluator|harness|checker|judge|benchmark))\b/i,
      /\b(?:skip|disable|bypass|fool|trick|cheat|evade|defeat|tamper with|patch|overwrite|hook)\w*\b.{0,30}?\b(?:timers?|timing|clock|evaluator|harness|checker|judge|sandbox|verification|output checks?|result checks?|correctness checks?|measurements?)\b/i,
      /\breturn(?:ing)? (?:early|at once|immediately) (?:when|if|while) (?:\w+ )?(?:timed|not checked|being timed|unchecked)\b/i,
    ],
  },
];

/** Without one of these `withoutPlaces` finds nothing. */
const mayHoldPlace = /[/\\]|:\d|\blines?\b/i;

const rules = [...places, ...faults, ...speaking];

/** Every one of `commands` holds one of these: most diffs are searched once. */
const commandWords =
  /ignore|disregard|forget|override|bypass|skip|instruction|prompt|<\||<\/?[a-z<]|\[\/?inst|tool_|function_call|api|passw|passph|secret|credential|key|token|environment|rm -rf|sudo|curl|wget|bash|sh -c|powershell|chmod|eval|os\.|subprocess/i;
/** Of a lesson's diff only so much is searched. */
const longestDiff = 64 * 1024;

/** Why a text must not be shown as a lesson; undefined where it may. Pure. */
export function screenText(text: string): string | undefined {
  // Look-alike letters of other widths become plain ones; a cache line is not a line of a program.
  const prose = cleanProse(text.normalize("NFKC")).replace(/\bcache[- ]lines?\b/gi, "cache block");
  if (prose === "") return undefined;
  const found = rules.find(({ patterns }) => patterns.some((pattern) => pattern.test(prose)));
  if (found) return found.reason;
  if (!mayHoldPlace.test(prose)) return undefined;
  return withoutPlaces(prose) === prose ? undefined : "it names a file or a line of one program";
}

/** Why a lesson must enter neither the global tier nor a bank by import: the reason, with the field; undefined where it may. Pure. */
export function screenLesson(lesson: Lesson): string | undefined {
  return createScreen()(lesson) ?? screenDiff(lesson.evidence.diff);
}

/** Why a diff must not be shown: its comments give orders. Code may name whatever it likes. Pure. */
export function screenDiff(diff: string): string | undefined {
  const start = diff.slice(0, longestDiff);
  return givesOrders(start) ? "diff: it gives its reader instructions" : undefined;
}

function givesOrders(text: string): boolean {
  return commandWords.test(text) && commands.some((pattern) => pattern.test(text));
}

/** For many lessons, all their fields but the diff: phrases that they share are read once. */
export function createScreen(): (lesson: Lesson) => string | undefined {
  const known = new Map<string, string | undefined>();
  const screenPhrase = (phrase: string): string | undefined => {
    if (!known.has(phrase)) known.set(phrase, screenText(phrase));
    return known.get(phrase);
  };
  return ({ text, preconditions, assumptions, features, transformations, context }) => {
    const reason = screenText(text);
    if (reason !== undefined) return `text: ${reason}`;
    const fields: readonly (readonly [string, readonly string[]])[] = [
      ["preconditions", preconditions],
      ["assumptions", assumptions],
      ["features", features],
      ["transformations", transformations.flatMap(wordsOf)],
    ];
    for (const [field, phrases] of fields) {
      for (const phrase of phrases) {
        const found = screenPhrase(phrase);
        if (found !== undefined) return `${field}: ${found}`;
      }
    }
    // They become conditions of general lessons. Names of programs and flags look like paths, so only orders are looked for.
    const orders = [context.cpu, context.isa, context.compiler, ...context.flags].find(givesOrders);
    return orders === undefined ? undefined : "context: it gives its reader instructions";
  };
}

function wordsOf({ name, parameters, place }: Lesson["transformations"][number]): string[] {
  const choices = Object.entries(parameters).flat();
  return [name, place, ...choices.filter((choice): choice is string => typeof choice === "string")];
}
