import type { LaneRole, MarkerType, NoteColor } from "../document/model";

/** The colours of the canvas; a test holds them to the style sheet. */
export interface Palette {
  readonly paper: string;
  readonly surface: string;
  readonly ink: string;
  readonly ink2: string;
  readonly edge: string;
  /** Black or white, for what is drawn thin on any ground. */
  readonly contrast: string;
  readonly accentInk: string;
  readonly accentSoft: string;
  readonly warm: string;
  readonly lanes: Readonly<Record<Tint, string>>;
  readonly spines: Readonly<Record<Tint, string>>;
  readonly notes: Readonly<Record<NoteColor, string>>;
  readonly strong: Readonly<Record<NoteColor, string>>;
}

export const TINTS = ["evidence", "customer", "frontstage", "backstage", "support", "custom"] as const;
export type Tint = (typeof TINTS)[number];
export const tintOf = (role: LaneRole): Tint => TINTS.find((t) => t === role) ?? "custom";

/** Letters on coloured paper, in light and dark. */
export const NOTE_INK = "#1c2331";

export const MARKS: Readonly<Record<MarkerType, string>> = {
  "fail-point": "#b42318",
  "wait-point": "#9a4708",
  "moment-of-truth": "#0f766e",
  pain: "#9f1239",
  idea: "#3f6212",
};

export const THEMES = ["light", "dark"] as const;
export type DrawnTheme = (typeof THEMES)[number];

export const PALETTES: Readonly<Record<DrawnTheme, Palette>> = {
  light: {
    paper: "#f6f5f1",
    surface: "#fff",
    ink: "#1c2331",
    ink2: "#566072",
    edge: "#dfdcd4",
    contrast: "#1c2331",
    accentInk: "#2a50bf",
    accentSoft: "#e4ebfd",
    warm: "#b53d0b",
    lanes: { evidence: "#f4efe4", customer: "#e7f0fb", frontstage: "#e9f5ee", backstage: "#efedf8", support: "#f3efec", custom: "#f3f3f1" },
    spines: { evidence: "#a07a2c", customer: "#2f5bd7", frontstage: "#1f7a4d", backstage: "#6d5bd0", support: "#8a7768", custom: "#6b7485" },
    notes: { yellow: "#ffe49a", pink: "#ffd0da", blue: "#cbe2ff", green: "#cdeed2", lilac: "#e0d8fb", gray: "#fff" },
    strong: { yellow: "#7a5a00", pink: "#a8245a", blue: "#2a50bf", green: "#1b6640", lilac: "#5b3fc0", gray: "#1c2331" },
  },
  dark: {
    paper: "#14171d",
    surface: "#1e232c",
    ink: "#eef0f4",
    ink2: "#b3bac7",
    edge: "#38404d",
    contrast: "#ffffff",
    accentInk: "#9db8ff",
    accentSoft: "#26345a",
    warm: "#ff9a66",
    lanes: { evidence: "#29261f", customer: "#1d2735", frontstage: "#1c2a23", backstage: "#26243a", support: "#292523", custom: "#24272d" },
    spines: { evidence: "#d0a857", customer: "#7ea2ff", frontstage: "#57b985", backstage: "#a394f2", support: "#b8a494", custom: "#98a2b3" },
    notes: { yellow: "#f0d27c", pink: "#efb6c3", blue: "#aecdf2", green: "#aedab5", lilac: "#cbc0ee", gray: "#2a313c" },
    strong: { yellow: "#f0d27c", pink: "#f2a9ba", blue: "#a9c4ff", green: "#8fd9a4", lilac: "#c9bbff", gray: "#eef0f4" },
  },
};

/** As color-mix(in srgb) does it: so much of the first, the rest of the second. */
export function mix(first: string, second: string, share: number): string {
  const [a, b] = [channels(first), channels(second)];
  return `#${a.map((c, i) => Math.round(c * share + (b[i] ?? 0) * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour: string): number[] {
  const short = colour.length === 4;
  const digits = short ? [...colour.slice(1)].map((digit) => digit + digit).join("") : colour.slice(1);
  return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16));
}
