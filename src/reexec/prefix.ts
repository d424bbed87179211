/** The first argument that makes our executable a one-shot child instead of client or daemon. */
export const reexecPrefix = "wherry-reexec:";
