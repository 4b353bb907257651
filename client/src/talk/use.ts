import { useMemo, useSyncExternalStore } from "react";
import { useBoardPart, useFollowed, useTools } from "../board/context";
import type { TalkState } from "./store";
import { isOpen, openThreads, threadsIn, votesFor } from "./threads";

export function useTalk<T>(select: (state: TalkState) => T): T {
  const { talk } = useTools();
  return useSyncExternalStore(talk.subscribe, () => select(talk.get()));
}

/** How many threads are open on the whole board, and how many comments this person has not seen. */
export function useTalkCount(): { readonly open: number; readonly fresh: number } {
  const { talk } = useTools();
  const memory = useSyncExternalStore(talk.memory.subscribe, talk.memory.state);
  const comments = useBoardPart((board) => board.comments);
  const open = threadsIn({ comments }).filter(isOpen).length;
  const fresh = useMemo(() => {
    void memory;
    return comments.filter((c) => talk.memory.isNew(c)).length;
  }, [comments, talk, memory]);
  return { open, fresh };
}

/** The open threads about one part of the board. It changes only when they do, however much is written elsewhere. */
export function useOpenAt(target: string): number {
  return useFollowed("comments", (board) => openThreads(board).get(target) ?? 0);
}

export function useVotesAt(target: string): { readonly count: number; readonly mine: boolean } {
  const { talk } = useTools();
  const count = useFollowed("votes", (board) => votesFor(board, target)?.total ?? 0);
  const mine = useFollowed("votes", () => talk.hasVoted(target));
  return { count, mine };
}
