/** What differs from engine to engine and from run to run without meaning anything. */
export interface Surroundings {
  /** Text → what stands for it; longest first wins. */
  readonly names: Readonly<Record<string, string>>;
  /** First three bytes of the default bridge's addresses, as `10.1.2`. */
  readonly subnet: string;
}

const hexId = /(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])/g;
const shortId = /(?<![0-9a-z.:])[0-9a-f]{12}(?![0-9a-z])/g;
const goTime = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} [A-Z]{3,4}/g;
const isoTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const macAddress = /(?<![0-9a-f:])[0-9a-f]{2}(:[0-9a-f]{2}){5}(?![0-9a-f:])/g;
const inWords = /\b(Less than a second|About a minute|About an hour|\d+ (seconds?|minutes?|hours?|days?))( ago)?\b/g;
const decimalSize = /\b\d+(\.\d+)?[kMG]?B\b/g;
/** Progress that is told only when there was time for it. */
const passingProgress = /^\S+: (Downloading|Verifying Checksum|Extracting|Waiting)\b.*\n/gm;
const ephemeralPort = /(?<=(:|"HostPort":"|\b))(3[2-9]|4\d|5\d|60)\d{3}(?=(->|$|\n|"))/g;

/** Replaces ids, times, addresses and sizes by words. The same id always becomes the same word, within one scenario. */
export class Normaliser {
  readonly #surroundings: Surroundings;
  readonly #ids = new Map<string, string>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  text(text: string): string {
    let result = text;
    const names = Object.entries(this.#surroundings.names).toSorted(([a], [b]) => b.length - a.length);
    for (const [name, word] of names) result = result.replaceAll(name, word);
    const subnet = this.#surroundings.subnet.replaceAll(".", "\\.");
    return (
      result
        .replace(passingProgress, "")
        .replace(isoTime, (time) => (time.startsWith("0001-") ? time : "<time>"))
        .replace(goTime, "<time>")
        .replace(hexId, (id) => this.#wordFor(id))
        .replace(shortId, (id) => this.#shortWordFor(id))
        .replace(macAddress, "<mac>")
        .replace(/\bendpoint [a-z]+_[a-z]+\d?\b/g, "endpoint <name>")
        .replace(inWords, (_all, _span, _unit, ago) => `<duration>${ago ?? ""}`)
        .replace(decimalSize, (size) => (size === "0B" ? size : "<size>"))
        .replace(new RegExp(`\\b${subnet}\\.1\\b`, "g"), "<gateway>")
        .replace(new RegExp(`\\b${subnet}\\.\\d+\\b`, "g"), "<address>")
        .replace(ephemeralPort, "<port>")
        // Columns are as wide as what stands in them.
        .replace(/(?<=\S) {3,}(?=\S)/g, "   ")
        .replace(/ {3,}$/gm, "   ")
    );
  }

  /** Normalises every text in a JSON value, keys included; zeroes and empty texts stay what they are. */
  value(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value === "number") return this.#surroundings.names[String(value)] ?? value;
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [this.text(key), this.#item(key, item)] as const);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Some values depend on the kernel's control groups, not on the engine. */
  #item(key: string, value: unknown): unknown {
    return key === "CgroupnsMode" ? "<host or private>" : this.value(value);
  }

  #wordFor(id: string): string {
    const word = this.#ids.get(id) ?? `<id ${this.#ids.size + 1}>`;
    this.#ids.set(id, word);
    return word;
  }

  #shortWordFor(short: string): string {
    const known = [...this.#ids.keys()].find((id) => id.startsWith(short));
    return (known ? this.#wordFor(known) : this.#wordFor(short)).replace("id", "short id");
  }
}
