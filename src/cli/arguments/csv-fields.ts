/** The fields of one comma-separated line; one in double quotes may hold commas, and `""` there is a quote. */
export function csvFields(text: string): string[] {
  const fields: string[] = [];
  for (const match of text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    fields.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
  return fields;
}
