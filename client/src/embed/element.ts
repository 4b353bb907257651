import { VERSION, readBoardMessage, written } from "./messages";
import type { ExportForm, PageMessage, TokenReason } from "./messages";

/**
 * <openmic-board src="https://boards.example.org/b/ID" token-url="/board-token">: a board in a page. It brings the frame,
 * gives the board tokens when it asks for them, and tells the page what happens there, as events. With `replay` it shows how
 * the board came to be instead: all of it, or `replay="120-480"`; with `speed="16"` as fast, with `autoplay` by itself.
 */

type Giver = (reason: TokenReason) => string | Promise<string>;

const WORDS = {
  en: { label: "Board", blocked: "This board cannot be shown here. Whoever owns it can allow this page to show it.", open: "Open it in its own window" },
  sv: { label: "Tavla", blocked: "Tavlan kan inte visas här. Den som äger tavlan kan tillåta den här sidan att visa den.", open: "Öppna den i ett eget fönster" },
};

/** After which pauses a board that has been loaded is greeted, before it counts as not there. Milliseconds. */
const GREETINGS = [500, 1_000, 2_500];
/** A copy of a large board takes a while. Milliseconds. */
const EXPORT_PATIENCE = 60_000;

const STYLE = `
:host { display: block; position: relative; width: 100%; height: 600px; }
:host([hidden]) { display: none; }
iframe { display: block; border: 0; width: 100%; height: 100%; }
p { position: absolute; inset: 0; margin: 0; padding: 24px; display: grid; gap: 12px; place-content: center; text-align: center; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
[hidden] { display: none; }
`;

class OpenmicBoard extends HTMLElement {
  static readonly observedAttributes = ["src", "label", "replay", "speed", "autoplay"];
  static readonly version = VERSION;
  /** Gives a token for the person who looks at the page; takes the place of `token-url`. */
  token: Giver | undefined;
  #frame: HTMLIFrameElement | undefined;
  #origin = "";
  #told = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  readonly #waiting = new Map<number, (file: File | undefined) => void>();

  connectedCallback(): void {
    window.addEventListener("message", this.#hear);
    this.#build();
  }

  disconnectedCallback(): void {
    window.removeEventListener("message", this.#hear);
    clearTimeout(this.#timer);
    this.#frame?.remove();
    this.#frame = undefined;
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#build();
  }

  /** Brings an element of the board into view and chooses it. */
  focusElement(element: string): void {
    this.#say({ type: "focus", element });
  }

  /** Shows the board drawn or in words, and with `fit` the whole of it. */
  show(how: { view?: "canvas" | "outline"; fit?: boolean }): void {
    this.#say({ type: "view", ...how });
  }

  /** Goes to a moment of the history, where that is shown, and plays on from there if that is wished. */
  seek(moment: number, { play = false }: { play?: boolean } = {}): void {
    this.#say({ type: "seek", moment, play });
  }

  /** Gives the board a token now, without having been asked: somebody has signed in to the page. */
  signIn(): Promise<void> {
    return this.#give("missing");
  }

  /** A copy of the board as a file. */
  export(form: ExportForm): Promise<File> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const end = (file: File | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (file) resolve(file);
        else reject(new Error("the board gives no copy"));
      };
      const timer = setTimeout(() => end(undefined), EXPORT_PATIENCE);
      this.#waiting.set(id, end);
      this.#say({ type: "export", id, form });
    });
  }

  #words() {
    const language = this.closest("[lang]")?.getAttribute("lang") ?? navigator.language;
    return language.toLowerCase().startsWith("sv") ? WORDS.sv : WORDS.en;
  }

  #build(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (root.adoptedStyleSheets.length === 0) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    }
    let url: URL;
    try {
      url = new URL(this.getAttribute("src") ?? "");
    } catch {
      return;
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") return;
    this.#ask(url.searchParams);
    const title = this.getAttribute("label") ?? this.#words().label;
    if (this.#frame?.src === url.href) {
      this.#frame.title = title;
      return;
    }
    this.#told = false;
    this.#origin = url.origin;
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.allow = "fullscreen; clipboard-write";
    frame.referrerPolicy = "no-referrer";
    frame.src = url.href;
    frame.addEventListener("load", () => this.#greet());
    root.replaceChildren(frame);
    this.#frame = frame;
  }

  #ask(wishes: URLSearchParams): void {
    const span = this.getAttribute("replay");
    if (span === null) return;
    wishes.set("replay", span);
    const speed = this.getAttribute("speed");
    if (speed !== null) wishes.set("speed", speed);
    if (this.hasAttribute("autoplay")) wishes.set("play", "");
  }

  /** The program in the frame may take a moment before it listens, and a frame that was refused never does. */
  #greet(done = 0): void {
    if (done === 0) this.#told = false;
    else if (this.#told) return;
    clearTimeout(this.#timer);
    const pause = GREETINGS[done];
    if (pause === undefined) {
      this.#blocked();
      return;
    }
    this.#say({ type: "hello" });
    this.#timer = setTimeout(() => this.#greet(done + 1), pause);
  }

  #blocked(): void {
    const words = this.#words();
    const text = document.createElement("p");
    text.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = this.#frame?.src ?? "";
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = words.open;
    text.append(words.blocked, " ", link);
    if (this.#frame) this.#frame.hidden = true;
    this.shadowRoot?.append(text);
    this.#tell("problem", { problem: "blocked" });
  }

  #say(message: PageMessage): void {
    this.#frame?.contentWindow?.postMessage(written(message), this.#origin);
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`openmic-${name}`, { detail, bubbles: true, composed: true }));
  }

  readonly #hear = ({ source, origin, data }: MessageEvent<unknown>): void => {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
    const message = readBoardMessage(data);
    if (!message) return;
    if (!this.#told && this.#frame.hidden) {
      this.shadowRoot?.replaceChildren(this.#frame);
      this.#frame.hidden = false;
    }
    this.#told = true;
    switch (message.type) {
      case "welcome":
        break;
      case "token-needed":
        void this.#give(message.reason);
        break;
      case "exported":
        this.#waiting.get(message.id)?.(new File([message.file], message.name, { type: message.file.type }));
        break;
      case "failed":
        this.#waiting.get(message.id)?.(undefined);
        break;
      default: {
        const { type, ...detail } = message;
        this.#tell(type, detail);
      }
    }
  };

  async #give(reason: TokenReason): Promise<void> {
    try {
      const token = await (this.token ? this.token(reason) : this.#fetch());
      if (token !== undefined) this.#say({ type: "token", token });
    } catch (error) {
      this.#tell("problem", { problem: "token", error });
    }
  }

  /** The answer of the page's server is the token, or JSON with a `token` in it. */
  async #fetch(): Promise<string | undefined> {
    const from = this.getAttribute("token-url");
    if (from === null) return undefined;
    const answer = await fetch(from, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${from} answers ${String(answer.status)}`);
    const text = (await answer.text()).trim();
    if (!text.startsWith("{")) return text;
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === "string" ? token : undefined;
  }
}

if (!customElements.get("openmic-board")) customElements.define("openmic-board", OpenmicBoard);
