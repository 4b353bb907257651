import type { Board, Comment } from "../document/model";

/** A comment with its answers. Its fate is that of the comment it begins with. */
export interface Thread {
  readonly id: string;
  /** An element, step or lane; it may be gone. */
  readonly target: string;
  readonly first: Comment;
  /** Oldest first. */
  readonly answers: readonly Comment[];
}

/** The threads, the one that was spoken in last first. Takes any comments, also such as answer each other in a circle. */
export function threadsOf(comments: readonly Comment[]): readonly Thread[] {
  const roots = rootsOf(comments);
  const answers = new Map<string, Comment[]>();
  const newest = new Map<string, number>();
  comments.forEach((comment, i) => {
    const id = roots.get(comment.id) ?? comment.id;
    const list = answers.get(id) ?? [];
    if (id !== comment.id) list.push(comment);
    answers.set(id, list);
    newest.set(id, i);
  });
  return comments
    .filter((c) => answers.has(c.id))
    .map((first): Thread => ({ id: first.id, target: first.target, first, answers: answers.get(first.id) ?? [] }))
    .sort((a, b) => (newest.get(b.id) ?? 0) - (newest.get(a.id) ?? 0));
}

/** Where the thread of each comment begins. Of a circle that is the one with the least id. */
function rootsOf(comments: readonly Comment[]): ReadonlyMap<string, string> {
  const byId = new Map(comments.map((c) => [c.id, c]));
  const roots = new Map<string, string>();
  for (const comment of comments) {
    const path = new Set<string>();
    let at: Comment = comment;
    let root: string | undefined;
    while (root === undefined) {
      path.add(at.id);
      const above = at.parent === undefined ? undefined : byId.get(at.parent);
      if (!above) root = at.id;
      else if (path.has(above.id)) root = [...path].slice([...path].indexOf(above.id)).sort()[0] ?? above.id;
      else root = roots.get(above.id);
      if (above) at = above;
    }
    for (const id of path) roots.set(id, root);
  }
  return roots;
}

export const isOpen = (thread: Thread) => thread.first.fate === "open";
export const commentsOf = (thread: Thread): readonly Comment[] => [thread.first, ...thread.answers];

const known = new WeakMap<readonly Comment[], readonly Thread[]>();

/** The threads of a board; the same list until a comment changes. */
export function threadsIn({ comments }: Pick<Board, "comments">): readonly Thread[] {
  let threads = known.get(comments);
  if (!threads) known.set(comments, (threads = threadsOf(comments)));
  return threads;
}

const counted = new WeakMap<readonly Thread[], ReadonlyMap<string, number>>();

/** How many open threads each part of the board has. */
export function openThreads(board: Pick<Board, "comments">): ReadonlyMap<string, number> {
  const threads = threadsIn(board);
  let counts = counted.get(threads);
  if (!counts) {
    const fresh = new Map<string, number>();
    for (const thread of threads) if (isOpen(thread)) fresh.set(thread.target, (fresh.get(thread.target) ?? 0) + 1);
    counted.set(threads, (counts = fresh));
  }
  return counts;
}

const tallies = new WeakMap<Board["votes"], ReadonlyMap<string, Board["votes"][number]>>();

/** The votes for a part of the board. */
export function votesFor({ votes }: Pick<Board, "votes">, target: string): Board["votes"][number] | undefined {
  let byTarget = tallies.get(votes);
  if (!byTarget) tallies.set(votes, (byTarget = new Map(votes.map((tally) => [tally.id, tally]))));
  return byTarget.get(target);
}
