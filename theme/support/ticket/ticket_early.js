// Hands the query to the form and takes it out of the address, so that a reload keeps what was changed since.
if (location.search) {
  document.querySelector("[data-wp-ticket]").dataset.wpArrival = location.search;
  history.replaceState(history.state, "", location.pathname + location.hash);
}
