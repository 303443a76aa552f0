// Shows what a mark of a chart says. The page is whole without it.
(function () {
  const page = document.currentScript.closest(".zoo");
  const note = document.createElement("div");
  note.className = "hover";
  note.hidden = true;
  note.setAttribute("aria-hidden", "true");
  page.append(note);
  page.addEventListener("mousemove", (event) => {
    const mark = event.target.closest("svg [aria-label]:not([role=graphics-object])");
    note.hidden = !mark;
    if (!mark) return;
    note.textContent = mark.getAttribute("aria-label");
    note.style.left = Math.min(event.clientX + 14, innerWidth - note.offsetWidth - 8) + "px";
    note.style.top = event.clientY + 16 + "px";
  });
})();
