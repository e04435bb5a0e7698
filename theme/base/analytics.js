// Loads Google Analytics where `extra.analytics` of mkdocs.yml asks for it, and with `extra.consent` only where it was given.
{
  const { property, consent } = document.currentScript.dataset;
  const google = () => {
    globalThis.dataLayer ??= [];
    // The tag reads the object `arguments` itself.
    const tell = function () {
      globalThis.dataLayer.push(arguments);
    };
    tell("js", new Date());
    tell("config", property);
    addEventListener("DOMContentLoaded", () =>
      globalThis.location$?.subscribe((url) => tell("config", property, { page_path: url.pathname })));
    const tag = document.createElement("script");
    tag.async = true;
    tag.src = `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(property)}`;
    document.head.append(tag);
  };
  // A provider of the site's own defines a function of this name.
  const start = property === undefined ? globalThis.__md_analytics : google;
  if (consent === undefined || globalThis.__md_get("__consent")?.analytics) start?.();
}
