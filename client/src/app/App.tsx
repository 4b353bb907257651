import { Suspense, lazy, useCallback, useEffect, useState } from "react";
import { where } from "../embed/where";
import { lastView } from "../board/lastView";
import { askedReplay } from "../replay/asked";
import type { Replay } from "../replay/asked";
import { engineModule } from "./engine";
import { Loading, Opening } from "./Opening";
import { headStart, pictureOf } from "./picture";
import { Problem } from "./Problem";
import { StartPage } from "./StartPage";

// The board brings the document engine with it: the start page opens without waiting for that, and the picture of a board
// comes before it. Then all of it is fetched at once, and not each part when the one before it has been run.
const BoardPage = lazy(async () => {
  await headStart();
  void engineModule().catch(() => undefined);
  if (lastView() === "canvas") void import("../board/CanvasView");
  return import("../board/BoardPage");
});

// What is only looked at needs no document engine.
const ReplayPage = lazy(() => import("../replay/ReplayPage"));

/** Chooses the page for the address: the start page, or a board with its secret in the fragment. */
export function App() {
  const [address, setAddress] = useState(readAddress);
  useEffect(() => {
    const follow = () => setAddress(readAddress());
    window.addEventListener("popstate", follow);
    window.addEventListener("hashchange", follow);
    return () => {
      window.removeEventListener("popstate", follow);
      window.removeEventListener("hashchange", follow);
    };
  }, []);
  const go = (url: string) => {
    history.pushState(null, "", url);
    setAddress(readAddress());
  };

  if (where().homeless) return <Problem kind="homeless" />;
  if (address.path === "/") return <StartPage go={go} />;
  const id = /^\/b\/([A-Za-z0-9_-]+)\/?$/.exec(address.path)?.[1];
  if (id === undefined) return <Problem kind="page" />;
  return <Board key={`${id}${address.search}#${address.secret}`} id={id} secret={address.secret} replay={askedReplay(address.search)} />;
}

function Board({ id, secret, replay }: { id: string; secret: string; replay: Replay | undefined }) {
  const [shown, setShown] = useState(false);
  // Asked for before the first look at whether the rest is here.
  useState(() => void (replay ?? pictureOf(id, secret)));
  const onShown = useCallback(() => setShown(true), []);
  return (
    <>
      {!shown && (replay ? <Loading /> : <Opening id={id} secret={secret} />)}
      <Suspense fallback={null}>
        {replay ? <ReplayPage id={id} secret={secret} asked={replay} onShown={onShown} /> : <BoardPage id={id} secret={secret} onShown={onShown} />}
      </Suspense>
    </>
  );
}

function readAddress() {
  const replay = askedReplay(location.search) ? location.search : "";
  return { path: location.pathname, search: replay, secret: location.hash.slice(1) };
}
