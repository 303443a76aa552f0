// What is wider than its place can be scrolled with the keyboard. The page is whole without it.
(function () {
  const page = document.currentScript.closest(".zoo");
  const watcher = new ResizeObserver((changes) => changes.forEach(({ target }) => reach(target)));

  function reach(place) {
    const wide = place.scrollWidth > place.clientWidth + 1 || place.scrollHeight > place.clientHeight + 1;
    if (!wide) return ["tabindex", "role", "aria-label"].forEach((name) => place.removeAttribute(name));
    place.tabIndex = 0;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", nameOf(place));
  }

  // The table's caption, or the title of what is folded away, or the heading above.
  function nameOf(place) {
    const near = place.closest("details, article, section");
    const found = place.querySelector("caption") || (near && near.querySelector("summary, h2, h3"));
    return found ? found.textContent.trim().replace(/\s+/g, " ") : "Scrolls";
  }

  for (const place of page.querySelectorAll(".scroll, pre")) {
    if (!place.hasAttribute("tabindex")) watcher.observe(place);
  }
})();
