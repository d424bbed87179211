import { parseBytes } from "#formats/units/size.ts";
import { FlagValueError } from "../command.ts";

/** `--memory-swap`: a size, or -1 for no limit; 0 when not given. */
export function parseSwap(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text === "-1") return -1;
  try {
    return parseBytes(text);
  } catch (error) {
    throw new FlagValueError(text, "--memory-swap", (error as Error).message);
  }
}
