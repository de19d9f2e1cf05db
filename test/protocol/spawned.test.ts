import { userSuite } from "./suite.ts";
import { User } from "./user.ts";

// dist/server.js and the real engine, with tinytown: `npm test` builds both before.
userSuite("spawned, tinytown", (options) => User.spawned(options));
