/**
 * Columns as docker's tabwriter lays them out: each as wide as its widest cell, at least `minimumWidth`, padded by three
 * spaces; the last is not padded.
 */
export function tableLines(rows: readonly (readonly string[])[], minimumWidth = 10): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? minimumWidth, displayWidth(cell) + 3);
    });
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat(widths[column]! - displayWidth(cell)),
      )
      .join(""),
  );
}

/** Cells of a terminal, with one for each character: what tabwriter counts. */
const displayWidth = (text: string) => Array.from(text).length;

/** At most `cells` characters, the last of them an ellipsis when something was cut. */
export function ellipsis(text: string, cells: number): string {
  const characters = Array.from(text);
  return characters.length <= cells ? text : `${characters.slice(0, cells - 1).join("")}…`;
}
