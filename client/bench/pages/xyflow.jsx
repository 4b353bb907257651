import "@xyflow/react/dist/style.css";
import { ReactFlow, ReactFlowProvider, useNodesState, useReactFlow } from "@xyflow/react";
import { createRoot } from "react-dom/client";
import { place, plan } from "./places.js";

// Bare xyflow: a node of plain words for each card, an edge for each connector, drawn where they can be seen.
const { cards, connectors } = await plan();
const startNodes = cards.map(card => {
  const { x, y, width, height } = place(card);
  return { id: card.id, type: "card", position: { x, y }, width, height, data: { text: card.text, note: card.note } };
});
const edges = connectors.map(({ id, from, to }) => ({ id, source: from, target: to, type: "smoothstep" }));
const style = note => ({ width: "100%", height: "100%", boxSizing: "border-box", overflow: "hidden", padding: 10, borderRadius: 8, border: "1px solid #ccc", background: note ? "#ffec99" : "#fff", font: "13.5px system-ui" });
const handles = [
  { id: null, type: "source", position: "right", x: 0, y: 0, width: 1, height: 1 },
  { id: null, type: "target", position: "left", x: 0, y: 0, width: 1, height: 1 },
];
for (const node of startNodes) node.handles = handles.map(h => ({ ...h, x: h.type === "source" ? node.width : 0, y: node.height / 2 }));
const Card = ({ data }) => <div style={style(data.note)}>{data.text}</div>;
const nodeTypes = { card: Card };

function Board() {
  const [nodes, setNodes] = useNodesState(startNodes);
  const flow = useReactFlow();
  window.bench = {
    count: () => nodes.length,
    full: () => void flow.setViewport({ x: -148, y: -68, zoom: 1 }),
    fit: () => void flow.fitView({ padding: 0.05 }),
    zoom: () => flow.getZoom(),
    edit: i => {
      const one = (i * 37) % cards.length;
      setNodes(all => all.map((n, j) => (j === one ? { ...n, position: { x: n.position.x + 10, y: n.position.y } } : n)));
    },
  };
  return <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} onlyRenderVisibleElements panOnScroll minZoom={0.05} defaultViewport={{ x: -148, y: -68, zoom: 1 }} />;
}

createRoot(document.getElementById("root")).render(
  <ReactFlowProvider>
    <Board />
  </ReactFlowProvider>,
);
