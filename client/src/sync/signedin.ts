/** Whether somebody is signed in at this browser, as the server said last. What it stands for is a cookie, which no script sees. */

const KEY = "openmic.signedIn";

export function isSignedIn(): boolean {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

export function noteSignedIn(is: boolean): void {
  try {
    if (is) localStorage.setItem(KEY, "1");
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage each page asks anew.
  }
}
