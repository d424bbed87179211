import { containers } from "./0001-containers.ts";
import { images } from "./0002-images.ts";

/** In order; never edit one that was released, add the next. The database's user_version is the count applied. */
export const migrations: readonly string[] = [containers, images];
