const PATHS = {
  note: "M4 4h16v11l-5 5H4z M15 20v-5h5",
  action: "M5 6h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z M7 6v12",
  undo: "M8 5L4 9l4 4 M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M16 5l4 4-4 4 M20 9H10a6 6 0 0 0 0 12h3",
  in: "M12 5v14 M5 12h14",
  out: "M5 12h14",
  fit: "M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5",
  menu: "M5 12h.01 M12 12h.01 M19 12h.01",
  pen: "M4 20l4-1L19 8l-3-3L5 16z",
  bin: "M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12 M18 6L6 18",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20a6.5 6.5 0 0 1 13 0 M17 8v6 M14 11h6",
  evidence: "M6 3h9l4 4v14H6z M15 3v4h4 M9 12h7 M9 16h5",
  decision: "M12 3l9 9-9 9-9-9z",
  text: "M5 7V5h14v2 M12 5v14 M9 19h6",
  shape: "M4 5h10v9H4z M14.5 10.2a5 5 0 1 1-4.3 8.3",
  frame: "M7 3v18 M17 3v18 M3 7h18 M3 17h18",
  ink: "M4 19c4-9 6-12 8-11s-3 8-1 9 4-6 6-6 1 4 3 4",
  select: "M5 3l5.5 16 2.4-6.1L19 10.5z",
  hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5-7a1.5 1.5 0 0 1 3 0v7-5a1.5 1.5 0 0 1 3 0v9c0 4-2 6-5.5 6S7 19 5 15l-1-2.200a1.500 1.500 0 0 1 2.600-1.400L8 13",
  connect: "M5 19a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z M19 10a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z M7.500 16.500h5v-9h4",
  lock: "M6 11h12v9H6z M8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6z M8.500 11V8a3.500 3.500 0 0 1 6.800-1.200",
  find: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16 16l5 5",
  map: "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z M9 4v14 M15 6v14",
  swap: "M4 9h15l-4-4 M20 15H5l4 4",
  arrow: "M4 12h15 M14 7l5 5-5 5",
  arrows: "M4 12h16 M8 8l-4 4 4 4 M16 8l4 4-4 4",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  cloud: "M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 9.6 4.2 4.2 0 0 0 7 18z",
  image: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15 9h.01",
  bold: "M7 5h6a3.5 3.5 0 0 1 0 7H7z M7 12h7a3.5 3.5 0 0 1 0 7H7z",
  list: "M9 6h11 M9 12h11 M9 18h11 M4 6h.01 M4 12h.01 M4 18h.01",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1 M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  talk: "M4 5h16v11H10l-5 4v-4H4z",
  thumb: "M8 11l4-7a2 2 0 0 1 2 2v4h5a1.800 1.800 0 0 1 1.700 2.200l-1.400 6.400A2 2 0 0 1 17.300 20H8z M4 11h4v9H4z",
  heart: "M12 20C7 16 3.500 12.800 3.500 9a4.500 4.500 0 0 1 8.500-2 4.500 4.500 0 0 1 8.500 2c0 3.800-3.500 7-8.500 11z",
  star: "M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900-4.300-4.100 5.900-.8z",
  question: "M8.500 9a3.500 3.500 0 1 1 5.200 3c-1.200.7-1.700 1.300-1.700 2.800 M12 19h.01",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  panel: "M4 5h16v14H4z M14 5v14",
  details: "M12 8h.01 M11 12h1v5h1 M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  grip: "M9 6h.01 M9 12h.01 M9 18h.01 M15 6h.01 M15 12h.01 M15 18h.01",
  left: "M15 6l-6 6 6 6",
  right: "M9 6l6 6-6 6",
  fold: "M4 12h16 M8 4l4 4 4-4 M8 20l4-4 4 4",
  phase: "M4 6h16v5H4z M4 15h7 M14 15h6",
  mark: "M12 4l9 16H3z M12 10v4 M12 17h.01",
  feelings: "M3 15c4-9 6-9 9-4s5 5 9-4 M3 20h18",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={name === "menu" || name === "grip" ? 3 : 2} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
