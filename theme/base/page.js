// What scripts may know of the page they run in, and where the help center and the status page are.
const header = document.querySelector("[data-wp-root]");

/** The address of the help center's root, with a slash at its end. */
export const helpRoot = new URL(header?.dataset.wpRoot ?? "./", location.href).href;

/** The same for the status page. */
export const statusRoot = new URL(header?.dataset.wpNow ?? "./status/", location.href).href;

/** Make a function that turns a path into its address; a path that leads out of the root stands for the root itself. */
function below(root) {
  return (path) => {
    const found = URL.canParse(path, root) ? new URL(path, root).href : root;
    return found.startsWith(root) ? found : root;
  };
}

/** The address of a page of the help center. Paths may come from files that somebody else wrote. */
export const helpPage = below(helpRoot);

/** The same for the status page. */
export const statusPage = below(statusRoot);

/** {person, takesQuestion, endpoint} of the search, from the root: the way to a person, and where unresolved ones go. */
export const search = {
  person: "", takesQuestion: false, endpoint: "",
  ...JSON.parse(document.getElementById("wp-search")?.textContent ?? "{}"),
};

/** {path, title, kind, category, components, ticket} of the page; empty values where it is no article. */
export const page = {
  path: "", title: "", kind: "", category: "", components: [], ticket: null,
  ...JSON.parse(document.getElementById("wp-page")?.textContent ?? "{}"),
};
