/** The FORWARD chain of iptables, as far as it matters to our bridges. */
export interface ForwardChain {
  /** Whether anything in it may drop what our bridges send or get. */
  readonly mayDrop: boolean;
  /** The targets of the rules that match everything, by position from 1; undefined where a rule has conditions. */
  readonly rules: readonly (string | undefined)[];
  readonly own: readonly { readonly bridge: string; readonly direction: "-i" | "-o" }[];
}

/** Reads what `iptables -S FORWARD` prints. `tag` is the comment on rules of our own. */
export function forwardChain(listing: string, tag: string): ForwardChain {
  const lines = listing.split("\n");
  const rules = lines.filter((line) => line.startsWith("-A FORWARD"));
  const isOwn = (rule: string) => rule.includes(` --comment ${tag} `) || rule.includes(` --comment "${tag}" `);
  return {
    mayDrop: lines.includes("-P FORWARD DROP") || rules.some((rule) => !isOwn(rule)),
    rules: rules.map((rule) => /^-A FORWARD -j (\S+)/.exec(rule)?.[1]),
    own: rules.filter(isOwn).flatMap((rule) => {
      const match = /^-A FORWARD (-[io]) (\S+) /.exec(rule);
      return match ? [{ direction: match[1] as "-i" | "-o", bridge: match[2]! }] : [];
    }),
  };
}

/** Where accept rules belong: before the first rule that drops everything, or (undefined) at the end. */
export function acceptPosition({ rules }: ForwardChain): number | undefined {
  const index = rules.findIndex((target) => target === "DROP" || target === "REJECT");
  return index < 0 ? undefined : index + 1;
}
