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
  cloud: "M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 9.6 4.2 4.2 0 0 0 7 18z",
  panel: "M4 5h16v14H4z M14 5v14",
  details: "M12 8h.01 M11 12h1v5h1 M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={name === "menu" ? 3 : 2} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
