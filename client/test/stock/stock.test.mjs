// Openmic as stock automerge-repo clients meet it: the real program, real
// sockets, and each scenario on both stores.
import { after, before, describe } from "node:test";

import { boards } from "./boards.mjs";
import { commands } from "./commands.mjs";
import { editing } from "./editing.mjs";
import { history } from "./history.mjs";
import { restart } from "./restart.mjs";
import { postgres, sqlite } from "./server.mjs";

for (const backend of [sqlite, postgres]) {
  describe(backend.name, () => {
    before(() => backend.start());
    after(() => backend.stop());
    editing(backend);
    boards(backend);
    restart(backend);
    history(backend);
    commands(backend);
  });
}
