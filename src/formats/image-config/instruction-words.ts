/** Why an instruction could not be read, in the words of docker's builder. */
export class InstructionError extends Error {
  override readonly name = "InstructionError";
}

/** A JSON list of texts after an instruction (`CMD ["a", "b"]`), undefined when the rest is in shell form. */
export function jsonWords(rest: string): readonly string[] | undefined {
  if (!rest.startsWith("[")) return undefined;
  try {
    const parsed: unknown = JSON.parse(rest);
    if (Array.isArray(parsed) && parsed.every((word) => typeof word === "string")) return parsed;
  } catch {
    // Not JSON: docker then takes the line as a shell command.
  }
  return undefined;
}

/** Splits at blanks outside of quotes; quotes and backslashes stay. */
export function splitWords(rest: string): readonly string[] {
  return rest.match(/(?:\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'\\]|\\$)+/gs) ?? [];
}

/** The pairs of ENV and LABEL: `a=b c="d e"`, or one pair in the old form `a b c`. Quotes are still there. */
export function nameValuePairs(rest: string, instruction: string): readonly (readonly [string, string])[] {
  const words = splitWords(rest);
  if (words.length === 0) throw new InstructionError(`${instruction} requires at least one argument`);
  if (!words[0]!.includes("=")) {
    const match = /^(\S+)\s+(.+)$/s.exec(rest);
    if (!match) throw new InstructionError(`${instruction} must have two arguments`);
    return [[match[1]!, match[2]!]];
  }
  return words.map((word) => {
    const equals = word.indexOf("=");
    if (equals === -1)
      throw new InstructionError(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    return [word.slice(0, equals), word.slice(equals + 1)] as const;
  });
}

/**
 * Removes quotes and backslashes and puts variables in: $x, ${x}, ${x:-default}, ${x:+instead}, ${x:?message}; without the
 * colon an empty variable counts as set. An unknown one is empty. Throws InstructionError for an unfinished quote, an
 * unknown modifier and a variable that must be set.
 */
export function expandWord(word: string, variables: ReadonlyMap<string, string>): string {
  try {
    return expand(word, variables);
  } catch (error) {
    if (!(error instanceof InstructionError)) throw error;
    throw new InstructionError(`failed to process ${JSON.stringify(word)}: ${error.message}`);
  }
}

function expand(word: string, variables: ReadonlyMap<string, string>): string {
  let result = "";
  let quote = "";
  for (let at = 0; at < word.length; at++) {
    const character = word[at]!;
    if (quote === "'") {
      if (character === "'") quote = "";
      else result += character;
    } else if (character === "\\") {
      at++;
      // Between double quotes a backslash escapes only what is special there.
      if (quote === '"' && !'"$\\'.includes(word[at] ?? "")) result += "\\";
      result += word[at] ?? "";
    } else if (character === '"' || (character === "'" && quote === "")) {
      quote = quote === character ? "" : character;
    } else if (character === "$") {
      const variable = readVariable(word.slice(at), variables);
      result += variable.value;
      at += variable.length - 1;
    } else {
      result += character;
    }
  }
  if (quote !== "")
    throw new InstructionError(`unexpected end of statement while looking for matching ${quoteName(quote)}`);
  return result;
}

function readVariable(text: string, variables: ReadonlyMap<string, string>): { value: string; length: number } {
  const plain = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text);
  if (plain) return { value: variables.get(plain[1]!) ?? "", length: plain[0].length };
  if (!text.startsWith("${")) return { value: "$", length: 1 };
  const braced = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-+?])([^}]*))?\}/.exec(text);
  if (!braced) throw new InstructionError("unsupported modifier or missing } in substitution");
  const [whole, name, colon, modifier, word = ""] = braced;
  const value = variables.get(name!);
  const isSet = colon === ":" ? value !== undefined && value !== "" : value !== undefined;
  const length = whole.length;
  if (modifier === "+") return { value: isSet ? expand(word, variables) : "", length };
  if (modifier === "-" && !isSet) return { value: expand(word, variables), length };
  if (modifier === "?" && !isSet) throw new InstructionError(`${name}: ${word || "not allowed to be unset"}`);
  return { value: value ?? "", length };
}

const quoteName = (quote: string): string => (quote === '"' ? "double-quote" : "single-quote");
