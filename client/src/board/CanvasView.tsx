import { ReactFlowProvider } from "@xyflow/react";
import { Canvas } from "./Canvas";
import { ZoomBar } from "./ToolBar";

/** The board as a drawing. */
export default function CanvasView({ onShown }: { onShown: () => void }) {
  return (
    <ReactFlowProvider>
      <Canvas onShown={onShown} />
      <ZoomBar />
    </ReactFlowProvider>
  );
}
