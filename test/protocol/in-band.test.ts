import { userSuite } from "./suite.ts";
import { User } from "./user.ts";

userSuite("in-band, fake engine", (options) => User.inBand({ settings: { saes: ["toy"] }, ...options }));
