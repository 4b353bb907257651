import { useEffect, useState } from "react";
import { takeFilling } from "../exchange/pending";
import { keepForOffline } from "../app/offline";
import { Problem } from "../app/Problem";
import { GoneBoard } from "../share/GoneBoard";
import { PasswordGate } from "../share/PasswordGate";
import { knownBoard } from "../sync/device";
import { OpenError, join, openBoard } from "../sync/session";
import type { BoardSession, OpenProblem } from "../sync/session";
import { BoardView, loadView } from "./BoardView";
import { usePerson } from "./person";
import { lastView } from "./lastView";

/** Opens a board and keeps it open as long as its page is shown. `onShown` is called once there is something to see. */
export default function BoardPage({ id, secret, onShown }: { id: string; secret: string; onShown: () => void }) {
  const person = usePerson();
  const [session, setSession] = useState<BoardSession>();
  const [problem, setProblem] = useState<OpenProblem>();
  const [goesAt, setGoesAt] = useState<number>();
  const [unfilled, setUnfilled] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // The name and colour at the start; later changes are told through presence.
  const [start] = useState(person);

  useEffect(() => {
    const stop = new AbortController();
    void loadView(lastView());
    let opened: BoardSession | undefined;
    openBoard(id, secret, start, stop.signal).then(
      (made) => {
        opened = made;
        if (stop.signal.aborted) made.close();
        else {
          void fill(id, made).then((filled) => {
            if (!filled) setUnfilled(true);
            if (!stop.signal.aborted) setSession(made);
          });
        }
        // Without a connection copies can be saved and the other view be shown: what that takes is kept with the rest.
        const more = [import("../exchange/outline-words"), import("../exchange/save"), loadView("canvas"), loadView("outline")];
        void Promise.allSettled(more).then(keepForOffline);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof OpenError)) console.error(error);
        setGoesAt(error instanceof OpenError ? error.goesAt : undefined);
        setProblem(error instanceof OpenError ? error.problem : "unreachable");
      },
    );
    return () => {
      stop.abort();
      opened?.close();
    };
  }, [id, secret, start, attempt]);

  useEffect(() => {
    if (problem) onShown();
  }, [problem, onShown]);

  const again = () => {
    setProblem(undefined);
    setAttempt((n) => n + 1);
  };
  const known = knownBoard(id);
  const key = secret || (known?.secret ?? "");
  if (problem === "password") return <PasswordGate onPass={again} give={(password) => join(id, key, start, password)} />;
  if (problem === "gone" && goesAt !== undefined) return <GoneBoard id={id} secret={key} goesAt={goesAt} onBack={again} />;
  if (problem) return <Problem kind={problem} />;
  return session ? <BoardView session={session} person={person} unfilled={unfilled} onShown={onShown} /> : null;
}

/** Puts on a board just made what it is to begin with. False when that could not be done. */
async function fill(id: string, { document, pictures }: BoardSession): Promise<boolean> {
  const content = takeFilling(id);
  if (!content) return true;
  try {
    const { fillings } = await import("../exchange/plain");
    for (const change of fillings(content)) {
      document.begin([change]);
      // A large board takes seconds: the page stays alive meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { bringAlong } = await import("../pictures/bringing");
    await bringAlong(content, document.board(), pictures);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}
