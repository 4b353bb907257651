import { ReactFlowProvider } from "@xyflow/react";
import { Canvas } from "./Canvas";
import { ZoomBar } from "./ToolBar";

/** The board as a drawing. */
export default function CanvasView() {
  return (
    <ReactFlowProvider>
      <Canvas />
      <ZoomBar />
    </ReactFlowProvider>
  );
}
