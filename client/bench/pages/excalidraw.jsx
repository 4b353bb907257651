import "@excalidraw/excalidraw/index.css";
import { Excalidraw, convertToExcalidrawElements, newElementWith } from "@excalidraw/excalidraw";
import { createRoot } from "react-dom/client";
import { place, plan } from "./places.js";

// Excalidraw's editor with a rectangle and its words for each card, and an arrow for each connector.
const { cards, connectors } = await plan();
const skeleton = [
  ...cards.map(card => ({
    type: "rectangle",
    id: card.id,
    ...place(card),
    backgroundColor: card.note ? "#ffec99" : "#ffffff",
    fillStyle: "solid",
    roughness: 0,
    label: { text: card.text, fontSize: 13.5, fontFamily: 2, textAlign: "left", verticalAlign: "top" },
  })),
  ...connectors.map(({ id, from, to }) => ({ type: "arrow", id, x: 0, y: 0, roughness: 0, start: { id: from }, end: { id: to } })),
];
const elements = convertToExcalidrawElements(skeleton, { regenerateIds: false });
// Arrows have no course of their own in the skeleton: from side to side.
const at = new Map(cards.map(card => [card.id, place(card)]));
const ends = new Map(connectors.map(c => [c.id, [at.get(c.from), at.get(c.to)]]));
const drawn = elements.map(e => {
  const [a, b] = ends.get(e.id) ?? [];
  if (!a || !b) return e;
  const x = a.x + a.width;
  const y = a.y + a.height / 2;
  const [dx, dy] = [b.x - x, b.y + b.height / 2 - y];
  return { ...e, x, y, width: Math.abs(dx), height: Math.abs(dy), points: [[0, 0], [dx, dy]] };
});

function opened(api) {
  window.bench = {
    count: () => api.getSceneElements().length,
    full: () => api.updateScene({ appState: { zoom: { value: 1 }, scrollX: -148, scrollY: -68 } }),
    fit: () => api.scrollToContent(api.getSceneElements(), { fitToViewport: true, viewportZoomFactor: 0.95, animate: false }),
    zoom: () => api.getAppState().zoom.value,
    edit: i => {
      const all = api.getSceneElementsIncludingDeleted();
      const one = (i * 37) % cards.length;
      api.updateScene({ elements: all.map((e, j) => (j === one ? newElementWith(e, { x: e.x + 10 }) : e)) });
    },
  };
}

createRoot(document.getElementById("root")).render(<Excalidraw excalidrawAPI={api => setTimeout(opened, 0, api)} initialData={{ elements: drawn, appState: { viewBackgroundColor: "#fafafa" } }} />);
