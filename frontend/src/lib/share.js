// Links that hold the query itself: they never expire and need nothing of the server.

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** A text as characters that an address may hold: deflated, in base64url. */
export async function packed(text) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The text that `packed` gave the characters of. Rejects for anything else. */
export async function unpacked(characters) {
  const bytes = Uint8Array.from(atob(characters.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(new DecompressionStream("deflate-raw"), bytes));
}

/** The page's address with a query: in the query string, so that it works without scripts. */
export const address = (endpoint, query) => `${endpoint}?${new URLSearchParams({ query })}`;

/** The shortest link to a query: a long one goes deflated into the fragment. */
export async function link(endpoint, query) {
  const plain = address(endpoint, query), short = `${endpoint}#q=${await packed(query)}`;
  return new URL(short.length < plain.length ? short : plain, location.href).href;
}
