/** The server's HTTP interface, as far as the client needs it. */

export type Role = "viewer" | "commenter" | "editor" | "owner";
export const ROLES: readonly Role[] = ["owner", "editor", "commenter", "viewer"];

export type Links = Readonly<Partial<Record<Role, string>>>;

export interface BoardInfo {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly role: Role;
}

/** An answer that is no success. `status` 0 means that no answer came. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    /** The server's own words, from its problem document; may be empty. */
    readonly detail: string,
    /** How long the server asks to be left alone, milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(`${String(status)} ${detail}`);
  }
}

export async function createBoard(title: string): Promise<BoardInfo & { links: Links }> {
  const made = await call("/api/boards", { method: "POST", body: JSON.stringify({ title }) });
  return { ...readInfo(made, "owner"), links: readLinks(made["links"]) };
}

export async function getBoard(id: string, secret: string): Promise<BoardInfo> {
  return readInfo(await call(`/api/boards/${encodeURIComponent(id)}`, { secret }));
}

/** A picture of the board as it was a moment ago, as SVG. */
export async function getDrawing(id: string, secret: string, theme: string, language: string): Promise<string> {
  const response = await fetch(`/api/boards/${encodeURIComponent(id)}/drawing.svg?theme=${theme}&lang=${language}`, {
    headers: { Authorization: `Bearer ${secret}` },
    cache: "no-store",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT),
  });
  if (!response.ok) throw new ApiError(response.status, "");
  return response.text();
}

/** A ticket opens one socket, once, within half a minute. */
export async function getTicket(id: string, secret: string): Promise<string> {
  const answer = await call(`/api/boards/${encodeURIComponent(id)}/tickets`, { method: "POST", secret });
  if (typeof answer["ticket"] !== "string") throw new ApiError(502, "");
  return answer["ticket"];
}

/** The longest that a request may take, milliseconds. */
const REQUEST_TIMEOUT = 15_000;

async function call(
  path: string,
  options: { method?: string; secret?: string; body?: string },
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.secret !== undefined) headers["Authorization"] = `Bearer ${options.secret}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: options.body ?? null,
      cache: "no-store",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
  } catch {
    throw new ApiError(0, "");
  }
  const body: unknown = await response.json().catch(() => undefined);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (!response.ok) {
    const wait = Number(response.headers.get("Retry-After"));
    const detail = typeof fields["detail"] === "string" ? fields["detail"] : "";
    throw new ApiError(response.status, detail, wait > 0 ? wait * 1000 : undefined);
  }
  return fields;
}

function readInfo(value: Record<string, unknown>, role?: Role): BoardInfo {
  const { id, documentId, title } = value;
  if (typeof id !== "string" || typeof documentId !== "string") throw new ApiError(502, "");
  return {
    id,
    documentId,
    title: typeof title === "string" ? title : "",
    // A role this client does not know may do the least.
    role: role ?? ROLES.find((r) => r === value["role"]) ?? "viewer",
  };
}

function readLinks(value: unknown): Links {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, link]) => typeof link === "string")) as Links;
}
