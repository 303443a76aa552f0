// Shows only the runs whose line holds all words of the filter. The page is whole
// without it. The words stand behind the # of the address, so that a link keeps them.
(function () {
  const page = document.currentScript.closest(".zoo");
  const place = page.querySelector(".filter");
  if (!place) return;
  const field = place.querySelector("input");
  const told = place.querySelector("[aria-live]");
  const rows = [...page.querySelectorAll("table.runs tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  function show() {
    const words = field.value.toLowerCase().split(/\s+/);
    let left = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      left += !row.hidden;
    });
    told.textContent = field.value.trim() ? left + " of " + rows.length : "";
  }
  field.addEventListener("input", () => {
    history.replaceState(null, "", "#" + encodeURIComponent(field.value));
    show();
  });
  try {
    field.value = decodeURIComponent(location.hash.slice(1));
  } catch {
    field.value = ""; // a % that escapes nothing
  }
  place.hidden = false;
  show();
})();
