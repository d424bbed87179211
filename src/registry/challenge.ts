/** One way in that a server offers in WWW-Authenticate. Names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a WWW-Authenticate header with one or more challenges (RFC 9110 §11.6.1). What cannot be read is skipped. */
export function parseChallenges(header: string | null): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*(?:,\s*)*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]*)))?/gy;
  for (let match = token.exec(header ?? ""); match; match = token.exec(header ?? "")) {
    const [, name, quoted, plain] = match;
    if (quoted === undefined && plain === undefined) {
      challenges.push({ scheme: name!.toLowerCase(), parameters: {} });
      continue;
    }
    const current = challenges.at(-1);
    if (current) current.parameters[name!.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain!;
  }
  return challenges;
}
