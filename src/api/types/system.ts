import { type Infer, object, string } from "../schema.ts";

export const AuthConfig = object({
  username: string,
  password: string,
  email: string,
  serveraddress: string,
  identitytoken: string,
  registrytoken: string,
  auth: string,
});
export type AuthConfig = Infer<typeof AuthConfig>;

export interface AuthResult {
  readonly Status: string;
  readonly IdentityToken: string;
}

export interface VersionComponent {
  readonly Name: string;
  readonly Version: string;
  readonly Details?: Readonly<Record<string, string>>;
}

export interface Version {
  readonly Platform: { readonly Name: string };
  readonly Components: readonly VersionComponent[];
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion: string;
  readonly BuildTime: string;
  readonly Experimental?: boolean;
}

/** GET /info: docker's field names; the view fills all of them. */
export type Info = Readonly<Record<string, unknown>>;

/** One event of GET /events. */
export interface EventMessage {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: "local";
  readonly time: number;
  readonly timeNano: number;
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
}
