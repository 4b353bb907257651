import { ApiError } from "../sync/api";
import { credentials } from "../sync/participant";

/** How pictures travel between this device and the server. */
export interface Transport {
  /** Rejects with an ApiError, or an AbortError. */
  download(id: string, signal: AbortSignal): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }>;
  upload(bytes: Uint8Array<ArrayBuffer>, type: string, onShare: (share: number) => void, signal: AbortSignal): Promise<void>;
}

/** A slow line may take so long for a picture, milliseconds. */
const PATIENCE = 120_000;

export function transportOf(board: string, secret: string): Transport {
  const path = `/api/boards/${encodeURIComponent(board)}/attachments`;
  return {
    async download(id, signal) {
      let response: Response;
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        response = await fetch(`${path}/${id}`, {
          headers: credentials(board, secret),
          signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
        });
        bytes = new Uint8Array(await response.arrayBuffer());
      } catch {
        signal.throwIfAborted();
        throw new ApiError(0, "");
      }
      if (!response.ok) throw new ApiError(response.status, "");
      return { type: response.headers.get("Content-Type") ?? "", bytes };
    },

    // fetch does not tell how far it has come.
    upload: (bytes, type, onShare, signal) =>
      new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        const abort = () => request.abort();
        const fail = () => reject(signal.aborted ? (signal.reason as Error) : new ApiError(request.status, ""));
        request.open("POST", path);
        for (const [name, value] of Object.entries(credentials(board, secret))) request.setRequestHeader(name, value);
        request.timeout = PATIENCE;
        request.upload.onprogress = ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0);
        request.onloadend = () => {
          signal.removeEventListener("abort", abort);
          if (request.status === 201) resolve();
          else fail();
        };
        signal.addEventListener("abort", abort);
        if (signal.aborted) fail();
        else request.send(new Blob([bytes], { type }));
      }),
  };
}
