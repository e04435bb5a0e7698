// Leads from a former address of a page to the present one, and takes `#part` and `?query` along.

const link = document.getElementById("moved");
if (link) {
  const target = new URL(link.href);
  target.search = location.search;
  target.hash = location.hash;
  location.replace(target);
}
