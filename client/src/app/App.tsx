import { Suspense, lazy, useEffect, useState } from "react";
import { Loading } from "./Loading";
import { Problem } from "./Problem";
import { StartPage } from "./StartPage";

// The board brings the document engine with it; the start page opens without waiting for that.
const BoardPage = lazy(() => import("../board/BoardPage"));

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

  if (address.path === "/") return <StartPage go={go} />;
  const id = /^\/b\/([A-Za-z0-9_-]+)\/?$/.exec(address.path)?.[1];
  if (id === undefined) return <Problem kind="page" />;
  return (
    <Suspense fallback={<Loading />}>
      <BoardPage key={`${id}#${address.secret}`} id={id} secret={address.secret} />
    </Suspense>
  );
}

function readAddress() {
  return { path: location.pathname, secret: location.hash.slice(1) };
}
