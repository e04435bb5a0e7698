// Runs before Material's script, whose search would take ?q= for its own and open over the form.
// The query is handed to the form and leaves the address, so that a reload keeps what was changed since.
if (location.search) {
  document.querySelector("[data-wp-ticket]").dataset.wpArrival = location.search;
  history.replaceState(history.state, "", location.pathname + location.hash);
}
