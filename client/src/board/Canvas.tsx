import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { MouseEvent, PointerEvent, RefObject } from "react";
import { ReactFlow, useReactFlow, useStoreApi } from "@xyflow/react";
import type { NodeTypes } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { inCell } from "../document/model";
import { useActions } from "./actions";
import { Calls } from "./Calls";
import { useCarrying } from "./carrying";
import { useBoardPart, useDraws, useEditable, useFocus, useTools } from "./context";
import { Connectors } from "./Connectors";
import { Cursors } from "./Cursors";
import { DrawLayer } from "./DrawLayer";
import { ElementCard } from "./ElementCard";
import { EmotionCurve } from "./EmotionCurve";
import { useFar } from "./far";
import { useOutlook, useUnfolding } from "./folds";
import { useCanvasGoTo } from "./goto";
import { Grid } from "./Grid";
import { Headers } from "./Headers";
import { cellAt } from "./layout";
import type { Frame, Geometry, Outlook, Rect } from "./layout";
import { useLeader } from "./following";
import { useFollowing } from "./followView";
import { useMarquee } from "./marquee";
import { rememberedLines } from "./measure";
import { useMedia } from "./media";
import { Minimap } from "./Minimap";
import { useNodes } from "./nodes";
import type { ElementNode, Shown } from "./nodes";
import { Overview } from "./Overview";
import { elementUnder } from "./overview";
import { createLayout } from "./relayout";
import { Presentation } from "./Presentation";
import { Recoveries } from "./Recoveries";
import { useDrop } from "../pictures/adding";
import type { Point } from "../sync/presence";
import { SelectionTools } from "./SelectionTools";
import { useStable } from "./stable";
import { useInView } from "./useInView";
import { where } from "../embed/where";
import { isMarked } from "../richtext/parse";
import { useUncover } from "./uncover";
import { useUi } from "./ui";
import { BAR, ZOOM, barsReach, useStage, useTellView, viewOf } from "./view";
import { useVisibleArea } from "./visible";

const nodeTypes: NodeTypes = { element: ElementCard };
// Made once: new ones would have every node drawn anew. A click handler is what lets a node be clicked at all.
const ignore = () => undefined;
const NO_EDGES: never[] = [];
const MIDDLE_BUTTON = [1];
// The notes tell how they are used themselves.
const SILENT = { "node.a11yDescription.default": "", "node.a11yDescription.keyboardDisabled": "", "edge.a11yDescription.default": "" };
const PRO = { hideAttribution: true };
/** Above so many elements only those in the window are drawn. Below, a screen reader can read the whole board. */
const DRAW_ALL = 300;
/** So far beyond the window cards are there before they are seen, board units. */
const CARD_TILE = 128;

/** The board itself: pan, zoom, and everything that lies on it. */
export function Canvas({ onShown }: { onShown: () => void }) {
  const { t } = useTranslation();
  const { document, focus, follow, session, stage, yielding = false } = useTools();
  const editable = useEditable();
  const draws = useDraws();
  const actions = useActions();
  const chosen = useFocus((f) => f.chosen);
  const flow = useReactFlow<ElementNode>();
  const tool = useUi((ui) => ui.tool);
  const minimap = useUi((ui) => ui.minimap);
  const presenting = useUi((ui) => ui.presenting !== undefined);
  const outlook = useOutlook();
  // Marks that are not shown otherwise need room while one writes.
  const editing = useFocus((f) => f.editing);
  const touch = useMedia("(pointer: coarse)");
  const writing = useBoardPart(({ elements }) => (editing !== undefined && isMarked(elements.find((e) => e.id === editing)?.text ?? "") ? editing : undefined));
  const [geometry, geometryNow] = useGeometry(outlook, writing);
  const ground = useFrame(geometry);
  const carrying = useCarrying(geometry);
  const large = useBoardPart((board) => board.elements.length > DRAW_ALL);
  const empty = useBoardPart((board) => board.elements.length === 0);
  const overview = useFar() && large;
  const [under, setUnder] = useState<string>();
  const shown = useShown(large, overview, under);
  const nodes = useNodes(geometryNow, carrying.drags, carrying.resize, chosen, draws && tool === "select" && (touch ? "chosen" : "all"), shown);
  const frame = useRef<HTMLDivElement>(null);
  const inset = useTopInset(frame);
  const top = presenting ? 0 : inset;
  const space = useSpaceKey();
  // Nothing there can be carried or chosen: the mouse moves the view.
  const hand = tool === "hand" || space || (yielding && !touch);
  const marquee = useMarquee(frame, !hand && tool === "select");
  useStage(geometry, frame);
  useTellView();
  useFollowing(frame);
  useFirstView(geometry, frame, onShown);
  useCanvasGoTo();
  useZoomStyle(frame, large);
  useMovingStyle(frame);
  useUncover(frame, touch);
  useUnfolding();
  useInView(geometry);

  const at = (event: { clientX: number; clientY: number }) => flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
  const reach = () => 10 / flow.getZoom();

  const onPaneClick = useStable((event: MouseEvent) => {
    if (!overview) {
      focus.atCell(undefined);
      return;
    }
    // From far away the cards and cells of a large board are no parts of the page: what was meant is found from the places.
    const point = at(event);
    const element = elementUnder(document.board(), geometry.places, point, reach());
    if (element) focus.select(element.id, inCell(element) ? element : undefined);
    else focus.atCell(cellAt(geometry, point.x, point.y));
  });
  // Without an event it is the program that moves the view.
  const movedBy = useCallback((event: unknown) => void (event && follow.stop()), [follow]);
  // The first turn of a wheel moves it; the first touch of a finger does not yet.
  const beginsMove = useCallback((event: { type: string } | null) => void (event?.type === "wheel" && follow.stop()), [follow]);

  const onPointerMove = (event: PointerEvent) => {
    const point = at(event);
    stage.pointer = point;
    if (event.pointerType !== "touch") session.presence.update({ cursor: point });
    // What is under the pointer is there to be taken; while something is taken nothing else is.
    if (overview && event.buttons === 0) setUnder(elementUnder(document.board(), geometry.places, point, reach())?.id);
  };

  const onDoubleClick = (event: MouseEvent) => {
    if (!draws || tool !== "select" || !(event.target instanceof Element) || !event.target.classList.contains("react-flow__pane")) return;
    const point = at(event);
    const cell = overview ? cellAt(geometry, point.x, point.y) : undefined;
    if (cell) actions.add("note", cell);
    else if (editable) actions.addFree("note", point);
  };

  const [dropAt, setDropAt] = useState<Point>();
  useDrop(setDropAt);
  const dropCell = dropAt && cellAt(geometry, dropAt.x, dropAt.y);

  const busy = carrying.carrying || carrying.resize !== undefined || marquee !== undefined;
  return (
    <main
      ref={frame}
      className="canvas"
      tabIndex={-1}
      data-hand={hand || undefined}
      onPointerMove={onPointerMove}
      onPointerDownCapture={(event) => {
        if (event.target instanceof Element && event.target.closest(".react-flow__minimap")) follow.stop();
      }}
      onPointerLeave={() => {
        stage.pointer = undefined;
        session.presence.update({ cursor: undefined });
      }}
      onDoubleClick={onDoubleClick}
    >
      <span id="note-keys" hidden>
        {t("note.keys")}
      </span>
      <span id="note-elsewhere" hidden>
        {t("lanes.elsewhere")}
      </span>
      <ReactFlow<ElementNode>
        aria-label={t("board.label")}
        inert={presenting}
        nodes={nodes}
        edges={NO_EDGES}
        nodeTypes={nodeTypes}
        {...carrying.on}
        onNodeClick={ignore}
        onPaneClick={onPaneClick}
        onMoveStart={beginsMove}
        onMove={movedBy}
        elementsSelectable={false}
        elevateNodesOnSelect={false}
        nodesFocusable={false}
        nodesConnectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomOnDoubleClick={false}
        nodeDragThreshold={4}
        panOnDrag={hand ? true : MIDDLE_BUTTON}
        panOnScroll={!yielding}
        zoomOnScroll={!yielding}
        preventScrolling={!yielding}
        minZoom={ZOOM.least}
        maxZoom={ZOOM.most}
        proOptions={PRO}
        ariaLabelConfig={SILENT}
      >
        <Grid geometry={ground} target={carrying.target ?? dropCell} bare={overview} />
        <EmotionCurve geometry={ground} />
        <Headers geometry={ground} top={top} />
        {overview && <Overview places={carrying.places} />}
        <Connectors geometry={geometry} drags={carrying.drags} hidden={busy} bare={overview} />
        <Recoveries geometry={geometry} hidden={busy} />
        <SelectionTools geometry={geometry} hidden={busy} />
        <Cursors />
        <Calls />
        {minimap && <Minimap geometry={geometry} />}
      </ReactFlow>
      {presenting && <Presentation geometry={geometry} />}
      <FollowRing />
      <DrawLayer />
      {marquee && <div className="marquee" style={{ left: marquee.x, top: marquee.y, width: marquee.width, height: marquee.height }} />}
      {carrying.crossing !== "" && (
        <p className="crossing" data-testid="crossing">
          {carrying.crossing}
        </p>
      )}
      {empty && draws && <EmptyHint />}
    </main>
  );
}

/** Where everything lies, now and at any moment: what has not moved is the same object as before, and so is the whole when nothing has. */
function useGeometry(outlook: Outlook, writing: string | undefined): [Geometry, () => Geometry] {
  const { document } = useTools();
  const [layOut] = useState(() => createLayout(rememberedLines));
  const now = useMemo(() => {
    const look = { ...outlook, writing };
    return () => layOut(document.board(), look);
  }, [document, layOut, outlook, writing]);
  return [useSyncExternalStore(document.subscribe, now), now];
}

/** The same object until a lane, a step or a phase lies otherwise. */
function useFrame({ width, height, head, phases, lanes, steps, folded }: Geometry): Frame {
  return useMemo(() => ({ width, height, head, phases, lanes, steps, folded }), [width, height, head, phases, lanes, steps, folded]);
}

const NOWHERE: Rect = { x: 0, y: 0, width: -Infinity, height: -Infinity };

/** Which elements are cards: on a large board those about the window, and from far away only what somebody is at. */
function useShown(large: boolean, overview: boolean, under: string | undefined): Shown {
  const area = useVisibleArea(CARD_TILE);
  const selected = useFocus((f) => f.selected);
  const found = useUi((ui) => ui.found);
  const pictures = useBoardPart((board) => (overview ? JSON.stringify(board.elements.filter((e) => e.kind === "image").map((e) => e.id)) : "[]"));
  return useMemo(() => {
    const also = new Set([selected, found, overview ? under : undefined, ...(JSON.parse(pictures) as string[])].filter((id) => id !== undefined));
    return { area: overview ? NOWHERE : large ? area : undefined, also };
  }, [pictures, large, overview, under, area, selected, found]);
}

/** While the space bar is down on the ground, dragging moves the view. */
function useSpaceKey(): boolean {
  const [down, setDown] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== " " || (event.target instanceof Element && event.target.closest("button, a, input, textarea, [role=dialog], [role=menu], .card"))) return;
      event.preventDefault();
      setDown(true);
    };
    const lift = (event: KeyboardEvent) => {
      if (event.key === " ") setDown(false);
    };
    const away = () => setDown(false);
    window.addEventListener("keydown", press);
    window.addEventListener("keyup", lift);
    window.addEventListener("blur", away);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keyup", lift);
      window.removeEventListener("blur", away);
    };
  }, []);
  return down;
}

/** Around the board, in the colour of whoever one follows. */
function FollowRing() {
  const leader = useLeader();
  return leader ? <div className="follow-ring" style={{ borderColor: `var(--person-${String(leader.color)})` }} /> : null;
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
    const observer = new ResizeObserver(() => setTop(barsReach(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return top;
}

function useFirstView(geometry: Geometry, frame: RefObject<HTMLElement | null>, onShown: () => void): void {
  const flow = useReactFlow();
  const done = useRef(false);
  useEffect(() => {
    const element = frame.current;
    if (done.current || !element) return;
    done.current = true;
    void flow.setViewport(viewOf(geometry, element.clientWidth, element.clientHeight));
    // Whoever writes their name or a first note already keeps the keyboard.
    // Neither is it taken from the page around a board.
    const elsewhere = where().framed && !document.hasFocus();
    if (!elsewhere && !document.activeElement?.closest("input, textarea")) element.focus({ preventScroll: true });
    // The frame after the next one has everything in its place.
    requestAnimationFrame(() => requestAnimationFrame(onShown));
  }, [flow, frame, geometry, onShown]);
}

/** Gives the style sheet 1/zoom, for what keeps its size on the screen, and tells the cards when they are far away. */
function useZoomStyle(frame: RefObject<HTMLElement | null>, large: boolean): void {
  const store = useStoreApi();
  const { far } = useTools();
  useEffect(() => far.sized(large), [far, large]);
  useEffect(() => {
    let last = 0;
    const set = () => {
      const zoom = store.getState().transform[2];
      if (zoom === last) return;
      last = zoom;
      far.zoomed(zoom);
      frame.current?.style.setProperty("--unzoom", String(1 / zoom));
    };
    set();
    return store.subscribe(set);
  }, [store, frame, far]);
}

/** The view counts as moving until it has been still for so long, milliseconds. */
const STILL = 250;

/** Tells the style sheet while the view moves at the same size. Past React: that is with every frame. */
function useMovingStyle(frame: RefObject<HTMLElement | null>): void {
  const store = useStoreApi();
  useEffect(() => {
    let [x, y, zoom] = store.getState().transform;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const still = () => {
      clearTimeout(timer);
      timer = undefined;
      frame.current?.removeAttribute("data-moving");
    };
    const moved = () => {
      const { transform } = store.getState();
      if (transform[0] === x && transform[1] === y && transform[2] === zoom) return;
      const zoomed = transform[2] !== zoom;
      [x, y, zoom] = transform;
      if (zoomed) {
        // What grows would be blurred.
        still();
        return;
      }
      if (timer === undefined) frame.current?.setAttribute("data-moving", "");
      clearTimeout(timer);
      timer = setTimeout(still, STILL);
    };
    const stop = store.subscribe(moved);
    return () => {
      stop();
      still();
    };
  }, [store, frame]);
}
