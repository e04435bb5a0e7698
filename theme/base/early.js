// Runs before the page is painted, so that nothing moves or changes its colours when Material's script arrives.
document.documentElement.classList.remove("no-js");
