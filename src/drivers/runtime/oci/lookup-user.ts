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

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const highestId = 2 ** 31 - 1;

/**
 * Who `name|uid[:group|gid]` is in the container, "" being root. A number need not be in the files. Supplementary groups
 * come from the group file unless a group was named. Throws RuntimeError ("description") with docker's words.
 */
export function lookupUser(user: string, groupAdd: readonly string[], files: AccountFiles): ProcessUser {
  const [userWord = "", groupWord = ""] = user.split(":", 2);
  const groups = parseGroups(files.group ?? "");
  const { name, uid, gid: ownGid, home } = findUser(userWord, parsePasswd(files.passwd ?? ""));
  const gid = groupWord === "" ? ownGid : findGroup(groupWord, groups);
  const fromFile = groupWord === "" ? groups.filter(({ members }) => members.includes(name)).map(({ gid }) => gid) : [];
  const added = groupAdd.map((group) => findGroup(group, groups));
  return { uid, gid, additionalGids: [...new Set([gid, ...fromFile, ...added])], home };
}

function findUser(word: string, entries: readonly PasswdEntry[]): PasswdEntry {
  const number = asNumber(word === "" ? "0" : word);
  const found = entries.find(({ name, uid }) => name === word || uid === number);
  if (found) return found;
  if (number === undefined) throw descriptionError(`unable to find user ${word}: no matching entries in passwd file`);
  return { name: "", uid: inRange(number), gid: 0, home: "/" };
}

function findGroup(word: string, entries: readonly GroupEntry[]): number {
  const number = asNumber(word);
  const found = entries.find(({ name, gid }) => name === word || gid === number);
  if (found) return found.gid;
  if (number === undefined) throw descriptionError(`unable to find group ${word}: no matching entries in group file`);
  return inRange(number);
}

function parsePasswd(text: string): PasswdEntry[] {
  return fieldsOf(text).flatMap(([name = "", , uid, gid, , home = ""]) => {
    const ids = [asNumber(uid), asNumber(gid)];
    return ids[0] === undefined ? [] : [{ name, uid: ids[0], gid: ids[1] ?? 0, home: home || "/" }];
  });
}

function parseGroups(text: string): GroupEntry[] {
  return fieldsOf(text).flatMap(([name = "", , gid, members = ""]) => {
    const number = asNumber(gid);
    return number === undefined ? [] : [{ name, gid: number, members: members.split(",").filter(Boolean) }];
  });
}

function fieldsOf(text: string): string[][] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
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
