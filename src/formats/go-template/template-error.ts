/** A template that cannot be parsed or run; the message is worded as Go's text/template words it. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly phase: "parse" | "execute";
  constructor(phase: "parse" | "execute", message: string) {
    super(message);
    this.phase = phase;
  }
}
