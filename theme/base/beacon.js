// Sends what a site asked to be told, to the address that it named, and only if the person did not object.

/** Tell whether the person asked their browser that nobody follows them. */
export function wantsNoTracking() {
  return navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
}

/** Send a few words to an endpoint, an address or a path of the same host; nothing where there is none. */
export function send(endpoint, body) {
  if (!endpoint || wantsNoTracking()) return;
  try {
    // A string goes as text/plain, which asks the other host for no permission first.
    navigator.sendBeacon(new URL(endpoint, location.href), JSON.stringify(body));
  } catch {
    // What cannot be queued is lost: the person's way on does not depend on it.
  }
}
