import { RuntimeError } from "../runtime-driver.ts";

/** Text of the container's /etc/passwd and /etc/group; undefined when there is none. */
export interface AccountFiles {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
}

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** Begins with `gid`, so that a group named in the container's file cannot be shed. */
  readonly additionalGids: readonly number[];
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const highestId = 2 ** 31 - 1;
/** NGROUPS_MAX, with room for the user's own group. */
const mostGroups = 65_535;
/** An entry of passwd has seven. */
const mostFields = 7;

/**
 * Who `name|uid[:group|gid]` is in the container, "" being root. A number need not be in the files. Supplementary groups
 * come from the group file unless a group was named. Throws RuntimeError ("description") with docker's words.
 */
export function lookupUser(user: string, groupAdd: readonly string[], files: AccountFiles): ProcessUser {
  const [userWord = "", groupWord = ""] = user.split(":", 2);
  const { name, uid, gid: ownGid, home } = findUser(userWord, files.passwd ?? "");
  const named = groupWord === "" ? groupAdd : [groupWord, ...groupAdd];
  const { gidOf, memberGids } = findGroups(named, groupWord === "" ? name : "", files.group ?? "");
  const gid = groupWord === "" ? ownGid : gidOf(groupWord);
  return { uid, gid, additionalGids: [...new Set([gid, ...memberGids, ...groupAdd.map(gidOf)])], home };
}

function findUser(word: string, passwd: string): PasswdEntry {
  const number = asNumber(word === "" ? "0" : word);
  for (const [name = "", , uidWord, gidWord, , home = ""] of entriesOf(passwd)) {
    const uid = asNumber(uidWord);
    if (uid === undefined || (name !== word && uid !== number)) continue;
    return { name, uid, gid: asNumber(gidWord) ?? 0, home: home || "/" };
  }
  if (number === undefined) throw descriptionError(`unable to find user ${word}: no matching entries in passwd file`);
  return { name: "", uid: inRange(number), gid: 0, home: "/" };
}

/** One walk through the file: the groups that `words` name, and those that `member` is in (nobody when it is empty). */
function findGroups(words: readonly string[], member: string, text: string) {
  const wanted = new Set(words);
  const found = new Map<string, number>();
  const memberGids = new Set<number>();
  const note = (word: string, gid: number) => {
    if (wanted.has(word) && !found.has(word)) found.set(word, gid);
  };
  for (const [name = "", , gidWord, members = ""] of entriesOf(text)) {
    const gid = asNumber(gidWord);
    if (gid === undefined) continue;
    note(name, gid);
    note(String(gid), gid);
    if (member !== "" && memberGids.size < mostGroups && members.split(",").includes(member)) memberGids.add(gid);
  }
  const gidOf = (word: string): number => {
    const gid = found.get(word) ?? asNumber(word);
    if (gid === undefined) throw descriptionError(`unable to find group ${word}: no matching entries in group file`);
    return found.has(word) ? gid : inRange(gid);
  };
  return { gidOf, memberGids };
}

/** The fields of one line after the other: whoever wrote the file, its lines are not all kept. */
function* entriesOf(text: string): Generator<string[]> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line !== "" && !line.startsWith("#")) yield line.split(":", mostFields);
  }
}

function asNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function inRange(id: number): number {
  if (id < 0 || id > highestId) throw descriptionError(`uids and gids must be in range 0-${highestId}`);
  return id;
}

function descriptionError(message: string): RuntimeError {
  return new RuntimeError(message, message, { reason: "description" });
}
