import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, PointerEvent, RefObject } from "react";
import { ReactFlow, useReactFlow, useStoreApi } from "@xyflow/react";
import type { NodeChange, NodeTypes } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { useActions } from "./actions";
import { useBoard, useEditable, useFocus, useTools } from "./context";
import { Cursors } from "./Cursors";
import { ElementCard } from "./ElementCard";
import { Grid } from "./Grid";
import { Headers } from "./Headers";
import { SIZES, cellAt, indexAt, layout } from "./layout";
import type { Geometry } from "./layout";
import { useCountLines } from "./measure";
import { useNodes } from "./nodes";
import type { Drag, ElementNode } from "./nodes";

const nodeTypes: NodeTypes = { element: ElementCard };
// Made once: new ones would have every node drawn anew. A click handler is what lets a node be clicked at all.
const ignore = () => undefined;
const NO_EDGES: never[] = [];
// The notes tell how they are used themselves.
const SILENT = { "node.a11yDescription.default": "", "node.a11yDescription.keyboardDisabled": "", "edge.a11yDescription.default": "" };
const PRO = { hideAttribution: true };
/** Above so many elements only those in the window are drawn. */
const DRAW_ALL = 1500;
/** Space that the floating bars take, pixels. */
export const BAR = { top: 74, bottom: 92, topNarrow: 130 };
export const NARROW = 720;

/** The board itself: pan, zoom, and everything that lies on it. */
export function Canvas() {
  const { t } = useTranslation();
  const { focus, session } = useTools();
  const board = useBoard();
  const editable = useEditable();
  const actions = useActions();
  const count = useCountLines();
  const selected = useFocus((f) => f.selected);
  const flow = useReactFlow<ElementNode>();
  const [drag, setDrag] = useState<Drag>();
  const geometry = useMemo(() => layout(board, count), [board, count]);
  const nodes = useNodes(board, geometry, drag, selected, editable);
  const frame = useRef<HTMLDivElement>(null);
  const top = useTopInset(frame);
  useFirstView(geometry, frame);
  useInverseZoom(frame);

  useEffect(() => {
    const tell = () => {
      const { selected: at, editing } = focus.get();
      session.presence.update({ selected: at, editing });
    };
    return focus.subscribe(tell);
  }, [focus, session]);

  const letGo = useCallback(() => focus.select(undefined), [focus]);

  const dragged = drag ? board.elements.find((e) => e.id === drag.id) : undefined;
  const place = dragged ? geometry.places.get(dragged.id) : undefined;
  const target = useMemo(() => {
    if (!drag || !place) return undefined;
    return cellAt(geometry, drag.x + place.width / 2, drag.y + Math.min(place.height / 2, 40));
  }, [geometry, drag, place]);
  const crossing = dragged && target ? actions.crossing(dragged.lane, target.lane) : "";

  const onNodesChange = useCallback((changes: NodeChange<ElementNode>[]) => {
    for (const change of changes) {
      if (change.type !== "position" || !change.position || change.dragging !== true) continue;
      setDrag({ id: change.id, ...change.position });
    }
  }, []);

  const onNodeDragStop = useCallback(
    (_: unknown, node: ElementNode) => {
      setDrag(undefined);
      const { x, y } = node.position;
      const size = geometry.places.get(node.id);
      if (!size) return;
      const cell = cellAt(geometry, x + size.width / 2, y + Math.min(size.height / 2, 40));
      const from = node.data.element;
      if (!cell) return;
      const index = indexAt(board, geometry, cell, y + size.height / 2, node.id);
      const before = board.elements.filter((e) => e.lane === cell.lane && e.step === cell.step);
      const stays = from.lane === cell.lane && from.step === cell.step && before.findIndex((e) => e.id === node.id) === index;
      if (!stays) actions.moveTo(node.id, cell, index);
    },
    [actions, board, geometry],
  );

  const onPointerMove = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    session.presence.update({ cursor: flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }) });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !editable) return;
    if (event.key === "n" || event.key === "N") actions.add("note");
    else if (event.key === "a" || event.key === "A") actions.add("action");
    else return;
    event.preventDefault();
  };

  const chosenGone = selected !== undefined && !board.elements.some((e) => e.id === selected);
  useEffect(() => {
    if (chosenGone) focus.select(undefined);
  }, [chosenGone, focus]);

  return (
    <main
      ref={frame}
      className="canvas"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => session.presence.update({ cursor: undefined })}
    >
      <span id="note-keys" hidden>
        {t("note.keys")}
      </span>
      <ReactFlow<ElementNode>
        aria-label={t("board.label")}
        nodes={nodes}
        edges={NO_EDGES}
        nodeTypes={nodeTypes}
        onNodesChange={onNodesChange}
        onNodeDragStop={onNodeDragStop}
        onNodeClick={ignore}
        onPaneClick={letGo}
        elementsSelectable={false}
        nodesFocusable={false}
        nodesConnectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomOnDoubleClick={false}
        nodeDragThreshold={4}
        panOnScroll
        minZoom={0.15}
        maxZoom={2.5}
        onlyRenderVisibleElements={board.elements.length > DRAW_ALL}
        proOptions={PRO}
        ariaLabelConfig={SILENT}
      >
        <Grid geometry={geometry} target={target} />
        <Headers geometry={geometry} top={top} />
        <Cursors />
      </ReactFlow>
      {crossing !== "" && (
        <p className="crossing" data-testid="crossing">
          {crossing}
        </p>
      )}
      {board.elements.length === 0 && editable && <EmptyHint />}
    </main>
  );
}

function EmptyHint() {
  const { t } = useTranslation();
  return (
    <p className="empty" data-testid="empty-hint">
      <span className="fine-pointer">{t("board.empty")}</span>
      <span className="coarse-pointer">{t("board.emptyTouch")}</span>
    </p>
  );
}

/** How far down the bars reach: the names of the steps stop there. */
function useTopInset(frame: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState<number>(BAR.top);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setTop(element.clientWidth < NARROW ? BAR.topNarrow : BAR.top));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return top;
}

/** The view that shows the whole board if it can be read like that, else its upper left corner. */
export function viewOf(geometry: Geometry, width: number, height: number): { x: number; y: number; zoom: number } {
  const narrow = width < NARROW;
  const top = narrow ? BAR.topNarrow : BAR.top;
  const wide = geometry.width + (narrow ? 0 : SIZES.margin);
  const fit = Math.min((width - 32) / wide, (height - top - BAR.bottom) / geometry.height);
  const zoom = Math.max(narrow ? 0.9 : 0.7, Math.min(fit, 1.6));
  const spare = width - wide * zoom;
  return { x: spare > 0 ? spare / 2 : narrow ? 0 : 16, y: top, zoom };
}

function useFirstView(geometry: Geometry, frame: RefObject<HTMLElement | null>): void {
  const flow = useReactFlow();
  const done = useRef(false);
  useEffect(() => {
    const element = frame.current;
    if (done.current || !element) return;
    done.current = true;
    void flow.setViewport(viewOf(geometry, element.clientWidth, element.clientHeight));
    element.focus({ preventScroll: true });
  }, [flow, frame, geometry]);
}

/** Gives the style sheet 1/zoom, for what keeps its size on the screen whatever the zoom. */
function useInverseZoom(frame: RefObject<HTMLElement | null>): void {
  const store = useStoreApi();
  useEffect(() => {
    let last = 0;
    const set = () => {
      const zoom = store.getState().transform[2];
      if (zoom === last) return;
      last = zoom;
      frame.current?.style.setProperty("--unzoom", String(1 / zoom));
    };
    set();
    return store.subscribe(set);
  }, [store, frame]);
}
