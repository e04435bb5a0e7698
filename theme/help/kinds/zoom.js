// Shows a picture as large as the window lets it where the page shows it smaller than it is.
import { say } from "./say.js";

const LEAST = 1.1; // a picture that gains less is not worth a click

/** Open a picture above the page; Escape, Enter and a click close it, and the focus goes back to it. */
function open(image) {
  const box = document.createElement("dialog");
  box.className = "wp-zoom";
  box.setAttribute("aria-label", image.alt);
  const whole = document.createElement("img");
  whole.src = image.currentSrc || image.src;
  whole.alt = image.alt;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = say("picture.close");
  box.append(close, whole);
  box.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

/** Put a picture that is shown too small into a button, so that a keyboard reaches it. */
function offer(image) {
  const width = Number(image.getAttribute("width")) || image.naturalWidth;
  if (!image.clientWidth || width < image.clientWidth * LEAST) return;
  sizes.unobserve(image);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "wp-zoomable";
  // Of a light and a dark form only one is there.
  for (const name of ["wp-light", "wp-dark"]) if (image.classList.contains(name)) button.classList.add(name);
  button.setAttribute("aria-label", say("picture.enlarge", { name: image.alt }));
  button.addEventListener("click", () => open(image));
  image.replaceWith(button);
  button.append(image);
}

const sizes = new ResizeObserver((entries) => entries.forEach((entry) => offer(entry.target)));
for (const image of document.querySelectorAll(".wp-article img")) {
  if (!image.closest("a, button, summary, .wp-video")) sizes.observe(image);
}
