// Folds sections away by their headings, and marks where in the contents a reader is. What is
// folded is found by the browser's search. The page is whole without it.
(function () {
  const page = document.currentScript.closest(".zoo");
  const links = new Map([...page.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  if (!links.size) return;

  function foldable(section, heading) {
    const body = document.createElement("div");
    body.className = "body";
    body.append(...[...section.childNodes].filter((node) => node !== heading));
    section.append(body);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.append(...heading.childNodes);
    heading.append(button);
    const show = (open) => {
      button.setAttribute("aria-expanded", open);
      open ? body.removeAttribute("hidden") : body.setAttribute("hidden", "until-found");
    };
    show(!section.hasAttribute("data-fold"));
    button.addEventListener("click", () => show(body.hasAttribute("hidden")));
    body.addEventListener("beforematch", () => show(true));
    return show;
  }

  const shows = new Map();
  for (const [id] of links) {
    const heading = document.getElementById(id);
    const section = heading && heading.parentElement;
    if (heading && section.tagName === "SECTION") shows.set(id, foldable(section, heading));
  }

  // A link to a section opens it; on a phone the menu closes behind it.
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (shows.has(id)) shows.get(id)(true);
  }
  addEventListener("hashchange", follow);
  follow();
  const menu = page.querySelector(".contents details");
  for (const [id, link] of links) {
    link.addEventListener("click", () => {
      if (shows.has(id)) shows.get(id)(true);
      menu.open = false;
    });
  }

  const seen = new Set();
  const watcher = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) isIntersecting ? seen.add(target) : seen.delete(target);
    const first = [...links.keys()].find((id) => seen.has(document.getElementById(id).closest("section")));
    for (const [id, link] of links) {
      if (id === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id) && document.getElementById(id).closest("section");
    if (section) watcher.observe(section);
  }
})();
