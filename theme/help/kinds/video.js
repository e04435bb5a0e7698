// Plays a video where it stands once somebody asks for it; before that, nothing is loaded from its host.
import { say } from "./say.js";

/** Make the player: the host's own in an iframe, or the browser's for a file. Null for an address that is not https. */
function player({ wpVideo, source, title, captions, language }) {
  if (!/^https:\/\//.test(source ?? "")) return null;
  if (wpVideo === "frame") {
    const frame = document.createElement("iframe");
    frame.src = source;
    frame.title = title;
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.allowFullscreen = true;
    // Hosts refuse to play for nobody; they learn the name of this site, and not the page.
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    return frame;
  }
  const video = document.createElement("video");
  video.src = source;
  video.controls = true;
  video.autoplay = true;
  video.playsInline = true;
  video.setAttribute("aria-label", title);
  if (captions && new URL(captions, location.href).origin === location.origin) {
    const track = document.createElement("track");
    track.kind = "captions";
    track.src = captions;
    track.srclang = language;
    track.default = true;
    video.append(track);
  }
  return video;
}

for (const place of document.querySelectorAll("[data-wp-video]")) {
  const button = place.querySelector(".wp-video__play");
  if (!button) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const made = player(place.dataset);
    if (!made) {
      button.remove();
      place.append(say("video.failed"));
      return;
    }
    made.classList.add("wp-video__player");
    place.replaceChildren(made);
    made.tabIndex = 0;
    made.focus();
  });
}
