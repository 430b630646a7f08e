/**
 * Where an upload goes on that was broken off, even after the page was closed: its address is kept in this
 * browser by the digest of the file, so that only the very same bytes are ever joined. The server shows the
 * address to nobody but its sender, and both sides forget it after a day.
 */
// D53: by the digest of the bytes: name, size and date could join two different files.
const MARK = "upload ";
const LIFE = 24 * 60 * 60 * 1000;

/** Return the name under which *file* is kept, or "" where the browser cannot tell. */
export async function markOf(file) {
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return MARK + [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}

export function recalled(mark) {
  const [since, address] = (read(mark) ?? "").split(" ");
  return Date.now() - Number(since) < LIFE ? (address ?? "") : "";
}

export function remember(mark, address) {
  if (!mark) return;
  quietly(() => {
    for (const old of Object.keys(localStorage)) if (old.startsWith(MARK) && !recalled(old)) localStorage.removeItem(old);
    localStorage.setItem(mark, `${Date.now()} ${address}`);
  });
}

export function forget(mark) {
  quietly(() => localStorage.removeItem(mark));
}

function read(mark) {
  return quietly(() => localStorage.getItem(mark));
}

/** A browser that keeps nothing sends files from their beginning. */
function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
