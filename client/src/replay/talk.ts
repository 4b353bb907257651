import { useEffect } from "react";
import { useTools } from "../board/context";
import { TEXT_LENGTH } from "../embed/messages";
import { where } from "../embed/where";
import { usePlayer, usePlaying } from "../history/use";

/** Tells the page around it that there is something to see. Of what a page can ask for a replay gives no copy, and says so at once. */
export function useReplayTalk(): void {
  const { session, document, ui, stage } = useTools();
  const player = usePlayer();
  const ready = usePlaying((p) => p.history !== undefined && !p.waiting);
  const { id, role } = session.board;
  useEffect(() => {
    // Once, with the title that it has then.
    if (ready) where().page?.tell({ type: "ready", board: id, title: document.board().title.slice(0, TEXT_LENGTH), role });
  }, [ready, document, id, role]);
  useEffect(() => {
    const { page } = where();
    return page?.listen((message) => {
      if (message.type === "seek") {
        player.pause();
        void player.seek(message.moment).then(() => message.play && player.play());
      } else if (message.type === "export") page.tell({ type: "failed", id: message.id });
      else if (message.type === "view") {
        if (message.view) ui.set({ view: message.view });
        if (message.fit) requestAnimationFrame(() => stage.view?.fitAll());
      }
    });
  }, [ui, stage, player]);
}
